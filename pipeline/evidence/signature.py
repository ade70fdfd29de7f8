"""The signature of a release: Ed25519 (RFC 8032) over the bytes of ``release.json``, 64 bytes beside it.

The manifest holds the sha256 of every other file, so the signature binds the whole folder. It can be checked without
this program: ``openssl pkeyutl -verify -rawin -pubin -inkey KEY -in release.json -sigfile release.json.sig``.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from pipeline.errors import ConfigError, UsageError
from pipeline.evidence.manifest import SIGNATURE

PRIVATE: Final = "office.key.pem"
PUBLIC: Final = "office.public.pem"


def create_keys(folder: Path, passphrase: str = "") -> Path:
    """Make the key pair of an office in ``folder``, and return the file of the public key.

    Raises:
        UsageError: there is a key already; a new one would make old signatures look foreign.
    """
    private = folder / PRIVATE
    if private.exists():
        raise UsageError(str(private), "there is a key already", "keep it: releases were signed with it; or move it")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = Ed25519PrivateKey.generate()
    encryption: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if passphrase:
        encryption = serialization.BestAvailableEncryption(passphrase.encode())
    content = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)
    with os.fdopen(os.open(private, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        stream.write(content)
    (folder / PUBLIC).write_bytes(public_pem(key.public_key()))
    return folder / PUBLIC


def private_key(folder: Path, passphrase: str = "") -> Ed25519PrivateKey:
    """Return the office's private key.

    Raises:
        UsageError: there is none.
        ConfigError: others can read it, the passphrase is wrong, or it is no Ed25519 key.
    """
    path = folder / PRIVATE
    if not path.is_file():
        raise UsageError("--sign", "there is no key to sign with", "make one: releasable keys create")
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise ConfigError(str(path), "others than its owner can read this key", f"chmod 600 {path}, or make a new one")
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), passphrase.encode() or None)
    except TypeError:
        raise ConfigError(str(path), "the key has a passphrase, or none is needed", "RELEASABLE_PASSPHRASE") from None
    except (ValueError, UnsupportedAlgorithm):
        raise ConfigError(str(path), "the key cannot be read with this passphrase", "check the passphrase") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise ConfigError(str(path), "this is no Ed25519 key", "make one: releasable keys create")
    return key


def needs_passphrase(folder: Path) -> bool:
    """Return whether the office's key is locked with a passphrase."""
    path = folder / PRIVATE
    return path.is_file() and b"ENCRYPTED" in path.read_bytes()


def public_pem(key: Ed25519PublicKey) -> bytes:
    """Return a public key as it is handed out (PEM)."""
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def fingerprint(key: Ed25519PublicKey) -> str:
    """Return the sha256 of a public key in groups, to be compared over the telephone."""
    raw = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    digest = sha256(raw).hexdigest()
    return " ".join(digest[at : at + 8] for at in range(0, len(digest), 8))


def public_key(path: Path) -> Ed25519PublicKey:
    """Return the public key in a file (raises UsageError)."""
    try:
        key = serialization.load_pem_public_key(path.read_bytes())
    except OSError as error:
        raise UsageError(str(path), f"the key cannot be read ({error.strerror})", "check the path") from None
    except (ValueError, UnsupportedAlgorithm):
        raise UsageError(str(path), "this is no public key (PEM)", "ask the office: releasable keys show") from None
    if not isinstance(key, Ed25519PublicKey):
        raise UsageError(str(path), "this is no Ed25519 key", "ask the office: releasable keys show")
    return key


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a signature proves: problems, or in ``told`` what may be said of it."""

    problems: tuple[str, ...]
    told: str


def signature_verdict(folder: Path, manifest: bytes, key_file: Path | None, signature: str = SIGNATURE) -> Verdict:
    """Return what the signature of a release folder (or of a certificate) proves.

    Args:
        folder: the release folder.
        manifest: the bytes of its manifest, which are what is signed.
        key_file: the public key, from the office and never from the folder; None: not checked.
        signature: the name of the file with the signature.

    Raises:
        UsageError: the key lies in the folder, or is none.
    """
    path = folder / signature
    is_signed = path.is_file() and not path.is_symlink()
    if key_file is None:
        if not is_signed:
            return Verdict((), "not signed: this check finds accidents, not a person who changes the manifest too")
        return Verdict((), "its signature was not checked (--public-key): this check finds accidents only")
    if key_file.resolve().is_relative_to(folder.resolve()):
        raise UsageError(str(key_file), "this key lies in the folder that it shall prove", "get it from the office")
    key = public_key(key_file)
    if not is_signed:
        return Verdict((f"{signature}: missing, and it was expected to be signed",), "")
    try:
        key.verify(path.read_bytes(), manifest)
    except InvalidSignature:
        return Verdict((f"{signature}: not the signature of this content by this key",), "")
    return Verdict((), f"signed with the key {fingerprint(key)}")
