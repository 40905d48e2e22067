"""People with an account. What they may do follows from their roles (``records/policy.py``), and from nothing else."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils import timezone

from media4sec.records import policy
from media4sec.records.fields import CheckedModel


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

    @transaction.atomic
    def save(self, *args, **kwargs):
        """With another password, or deactivated, an account loses its tokens, whoever does it and how."""
        why = "The password is another one." if self._password is not None else ""
        why = why if self.is_active else "The account was deactivated."
        is_new = self._state.adding
        super().save(*args, **kwargs)
        if why and not is_new:
            from media4sec.accounts.tokens import end_tokens  # it asks for accounts

            end_tokens(self, why)

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


class Token(CheckedModel):
    """What a program shows in the place of somebody, for a time, and perhaps for less than they may do."""

    class Scope(models.TextChoices):
        READ = "read", "See working copies and their versions"
        WRITE = "write", "Add and change working copies, submit them for review"
        REVIEW = "review", "Approve, send back, throw away what was never public"
        PUBLISH = "publish", "Publish, withdraw, merge and restore"

    user = models.ForeignKey(User, related_name="tokens", on_delete=models.CASCADE)
    name = models.CharField(max_length=60, help_text="What it is for: which program, on which machine.")
    digest = models.CharField(max_length=64, unique=True, editable=False, help_text="SHA-256 of the secret.")
    scopes = models.JSONField("what it is for", help_text="Never more than its owner may do.")
    made_at = models.DateTimeField("made", auto_now_add=True)
    expires_on = models.DateField("works until", help_text="The last day on which it works.")
    last_used_on = models.DateField("last used", null=True, editable=False)

    class Meta:
        ordering = ["user", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "name"],
                name="accounts_token_name_once",
                violation_error_message="You have a token of this name already.",
            )
        ]

    def __str__(self):
        return self.name

    @property
    def is_over(self):
        return self.expires_on < timezone.localdate()

    @property
    def scopes_in_words(self):
        return ", ".join(self.scopes)
