"""The parts of the maker of the made-up case: people, writing, mail, forms, logs, letters and other files."""
