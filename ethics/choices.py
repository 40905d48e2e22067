"""The choices that this app's fields and facets have in common: what may be stored, and what readers are told."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Force(models.TextChoices):
    """Whether a legal instrument is in force."""

    IN_FORCE = "in-force", "In force"
    IN_STAGES = "in-stages", "In force in stages or in part"
    NOT_IN_FORCE = "not-in-force", "Not in force"
    ENDED = "ended", "No longer in force"


class EventKind(models.TextChoices):
    """What happens to law."""

    PROPOSED = "proposed", "Proposed"
    POSITION = "position", "Position taken"
    OPENED_FOR_SIGNATURE = "opened-for-signature", "Opened for signature"
    ADOPTED = "adopted", "Adopted"
    RATIFIED = "ratified", "Ratified"
    DECISION = "decision", "Decision"
    IN_FORCE = "in-force", "In force"
    APPLICABLE = "applicable", "Applicable"
    TRANSPOSITION = "transposition-deadline", "Transposition deadline"
    AMENDED = "amended", "Amended"
    JUDGMENT = "judgment", "Judgment"
    APPEAL = "appeal", "Appeal"
    STRUCK_DOWN = "struck-down", "Struck down"
    REPEALED = "repealed", "Repealed"
    EXPIRES = "expires", "Expires"


class IssueKind(models.TextChoices):
    """What an issue touches."""

    ETHICAL = "ethical", "Ethical"
    LEGAL = "legal", "Legal"
    DATA_PROTECTION = "data-protection", "Data protection"
    SOCIETAL = "societal", "Societal"


class Bearing(models.TextChoices):
    """What an issue tells of in the note on responsible use of what raises it."""

    NECESSITY = "necessity", "Necessity and proportionality"
    RIGHTS = "rights", "Rights affected"
    HARMS = "harms", "Known harms"


class QuestionType(models.TextChoices):
    """How many answers a question of the check allows."""

    SINGLE = "single", "One answer"
    MULTI = "multi", "Several answers"


class CheckSection(models.TextChoices):
    """The parts of the check; their order in it is that of their questions."""

    PURPOSE = "purpose", "Purpose"
    LEGAL_BASIS = "legal basis", "Legal basis"
    DATA = "data", "Data"
    PEOPLE = "people", "People"
    COMMUNICATION = "communication", "Communication"
    TECHNOLOGY = "technology", "Technology"
    OVERSIGHT = "oversight", "Oversight"
    AFTER = "after", "Afterwards"


class Topic(models.TextChoices):
    """What a country note may be about, in the order of its page: both sides name what is *not* recorded."""

    LED_ACT = "led-act", _("The act on police data")
    SUPERVISORY_AUTHORITY = "supervisory-authority", _("Who supervises the police’s use of data")
    COVERT_ONLINE = "covert-online", _("Covert work online")
    SUSPECTS_PICTURES = "suspects-pictures", _("Publishing pictures of suspects")
    FILMING_POLICE = "filming-police", _("Being filmed by the public")
    RETENTION = "retention", _("How long data may be kept")
    E_EVIDENCE_CONTACT = "e-evidence-contact", _("Contact for electronic evidence")
