"""Keyed digests and the forms in which values are compared and searched."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.texts.dates import iso_date
from pipeline.texts.digest import Keyed, fold, folded_lengths, normalise, search_forms

KEY = b"a key made for the tests only.."


@pytest.mark.parametrize(
    ("entity", "one", "other"),
    [
        ("PERSON", "Doe, Jane", "Ms. Jane Doe"),
        ("PERSON", "José García's", "JOSE GARCIA"),
        ("PERSON", "Doe, Jr., John", "John Doe, Jr."),
        ("EMAIL_ADDRESS", "Jane.Doe@Example.com", "<jane.doe@example.COM>"),
        ("PHONE_NUMBER", "+1 (406) 555-0123", "406.555.0123"),
        ("PHONE_NUMBER", "406-555-0123 x45", "4065550123"),
        ("US_SSN", "536-90-4399", "536 90 4399"),
        ("US_SSN", "\uff15\uff13\uff16-90-4399", "536904399"),
        ("CREDIT_CARD", "4111 1111 1111 1111", "4111-1111-1111-1111"),
        ("STREET_ADDRESS", "840 Made-Up Ave., Helena", "840 made up ave helena"),
        ("DATE_OF_BIRTH", "March 5, 1980", "03/05/1980"),
        ("DATE_OF_BIRTH", "5 Mar 1980", "1980-03-05"),
    ],
)
def test_equal_values_have_equal_digests(entity, one, other):
    """Two ways to write one value have one digest."""
    keyed = Keyed(KEY)
    assert keyed.digest(entity, one) == keyed.digest(entity, other) != ""


def test_digests_depend_on_key_and_entity():
    """Another key or another entity gives another digest, so digests cannot be joined across cases."""
    value = "536-90-4399"
    digests = {Keyed(key).digest(entity, value) for key in (KEY, KEY[::-1]) for entity in ("US_SSN", "US_TAX_ID")}
    assert len(digests) == 4
    assert all(len(each) == 32 for each in digests)


def test_passwords_that_differ_in_case_differ():
    """Case and signs are part of a password."""
    keyed = Keyed(KEY)
    assert keyed.digest("PASSWORD", "Winter-24!") != keyed.digest("PASSWORD", "winter-24")


def test_a_value_without_content_has_no_digest():
    """A value of signs only has no digest, so that no two of them are joined."""
    assert Keyed(KEY).digest("PERSON", "--") == ""
    assert search_forms("PERSON", "--") == frozenset()


@pytest.mark.parametrize("key", [b"", b"short", b"x" * 65])
def test_a_key_of_the_wrong_size_is_refused(key):
    """A short key is refused, and the message does not hold it."""
    with pytest.raises(ValueError, match="bytes"):
        Keyed(key)


def test_a_keyed_survives_pickling_and_shows_no_key():
    """Workers get the same digests, and a printed Keyed does not show its key."""
    keyed = Keyed(KEY)
    again = pickle.loads(pickle.dumps(keyed))
    assert again.digest("US_SSN", "536-90-4399") == keyed.digest("US_SSN", "536-90-4399")
    assert KEY.decode() not in repr(keyed)


def test_names_are_searched_in_every_order():
    """``Doe, Jane Q.`` is searched as Jane Q Doe, Doe Jane Q and the rest."""
    assert {"janeqdoe", "doejaneq", "janedoeq"} <= search_forms("PERSON", "Doe, Jane Q.")


def test_dates_of_birth_are_searched_as_people_write_them():
    """One date of birth is searched in American, ISO and written-out form."""
    assert {"19800305", "03051980", "351980", "march51980", "5mar1980"} <= search_forms("DATE_OF_BIRTH", "3/5/1980")


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("12/31/99", "1999-12-31"),
        ("31.12.1999", "1999-12-31"),
        ("1999-12-31 00:00:00", "1999-12-31"),
        ("2nd of may, 2001", "2001-05-02"),
        ("02/30/1999", ""),
        ("spring 1999", ""),
        ("19991231", "1999-12-31"),
    ],
)
def test_dates(text, iso):
    """A date in a usual form gives ISO; what is no date of the calendar gives nothing."""
    assert iso_date(text) == iso


@given(st.text())
def test_folding_tells_its_lengths(text):
    """The lengths of the folded characters add up to the folded text, for every text."""
    assert sum(folded_lengths(text)) == len(fold(text))


@given(st.text())
def test_folding_twice_changes_nothing(text):
    """A folded text is its own folded form, so stored digests stay comparable."""
    once = fold(text)
    assert fold(once) == once


@given(st.sampled_from(["PERSON", "PHONE_NUMBER", "DATE_OF_BIRTH", "US_SSN", "PASSWORD"]), st.text())
def test_every_text_normalises(entity, text):
    """No text makes normalising or searching fail."""
    normalise(entity, text)
    assert all(search_forms(entity, text))
