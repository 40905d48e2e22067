"""Recovery codes are stored hashed as soon as they have been shown, which is once; each works once."""

import hashlib
import secrets

from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal import auth
from django.db import transaction

HIDDEN = "********"  # in the place of a code that nobody can see again


class RecoveryCodes(auth.RecoveryCodes):
    """The library makes codes of a seed; here the seed, which is stored encrypted, goes when they are shown."""

    def mark_as_viewed(self):
        """They are in ``get_unused_codes()`` from now on, of this object alone."""
        self._codes = [] if self._is_hashed else super().get_unused_codes()
        super().mark_as_viewed()
        self._hash()

    def get_unused_codes(self):
        return getattr(self, "_codes", None) or [HIDDEN] * self._left

    def validate_code(self, code):
        """What was typed is hashed before anything is locked, as that is slow, and anybody can type anything."""
        if not self._is_hashed:
            with transaction.atomic():
                self._lock()
                self._hash()
        if not self._is_hashed:  # nobody has seen them yet
            return False
        salt = self.instance.data["salt"]
        wanted = hashed(normalize_user_code(code), salt)
        with transaction.atomic():
            self._lock()
            data = self.instance.data
            if data.get("salt") != salt or wanted not in data["hashes"]:
                return False
            data["hashes"].remove(wanted)
            self.instance.save(update_fields=["data"])
        return True

    def _lock(self):
        self.instance = Authenticator.objects.select_for_update().get(pk=self.instance.pk)

    @property
    def _is_hashed(self):
        return "hashes" in self.instance.data

    @property
    def _left(self):
        return len(self.instance.data["hashes"] if self._is_hashed else super().get_unused_codes())

    def _hash(self):
        """Of codes that were shown to somebody, forget what they can be made of."""
        data = self.instance.data
        if self._is_hashed or not self.did_view:
            return
        salt = secrets.token_hex(16)
        hashes = [hashed(code, salt) for code in super().get_unused_codes()]
        self.instance.data = {"salt": salt, "hashes": hashes, "viewed_at": data["viewed_at"]}
        self.instance.save(update_fields=["data"])


def hashed(code, salt):
    """Slow, as a code is short; one salt for a set, so that trying one takes one turn."""
    return hashlib.scrypt(code.encode(), salt=bytes.fromhex(salt), n=2**14, r=8, p=1, dklen=32).hex()
