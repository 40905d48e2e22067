"""People with an account. What they may do follows from their roles (``records/policy.py``), and from nothing else."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from media4sec.records import policy


class UserManager(BaseUserManager):
    def get_by_natural_key(self, email):
        """Addresses are the same in capitals and in small letters."""
        return self.get(email__iexact=email)

    def create_user(self, email, password=None, **more):
        """An account that nobody can log in to until its owner has chosen a password, unless one is given."""
        user = self.model(email=self.normalize_email(email), **more)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email, password=None, **more):
        return self.create_user(email, password, is_superuser=True, **more)


class User(AbstractBaseUser):
    """One person. The address is what they log in with, and what the history calls them by."""

    email = models.EmailField(
        "e-mail address", unique=True, error_messages={"unique": "There is an account with this address."}
    )
    name = models.CharField(max_length=150, blank=True)
    is_active = models.BooleanField(
        "active", default=True, help_text="Without it nobody can log in here; what they wrote stays."
    )
    is_superuser = models.BooleanField(
        "portal administrator", default=False, help_text="May do everything, for all partners."
    )
    invited_at = models.DateTimeField(
        null=True, editable=False, help_text="When the last link to choose a password was made."
    )
    wants_weekly_mail = models.BooleanField(default=False, help_text="Of what waits for them.")
    weekly_mail_on = models.DateField(
        null=True, blank=True, editable=False, help_text="When they got the newest one."
    )
    date_joined = models.DateTimeField("made on", default=timezone.now, editable=False)

    objects = UserManager()

    USERNAME_FIELD = EMAIL_FIELD = "email"

    class Meta:
        db_table = "auth_user"  # the one that Django made before the portal had a table of its own
        ordering = ["email"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="accounts_one_for_each_address",
                violation_error_message="There is an account with this address.",
            )
        ]

    def clean(self):
        self.email = type(self).objects.normalize_email(self.email)

    def get_full_name(self):
        return self.name or self.email

    get_short_name = get_full_name

    # What Django's admin asks

    @property
    def is_staff(self):
        """True for those who may enter the back-office."""
        return policy.is_member(self)

    def has_perm(self, perm, obj=None):
        """Nobody has rights by model: pages ask the policy with the record."""
        return self.is_active and self.is_superuser

    def has_module_perms(self, app_label):
        return self.is_active and self.is_superuser
