"""The choices that this app's fields and facets have in common: what may be stored, and what readers are told."""

from django.db import models


class Addressee(models.TextChoices):
    """Whom the project asked for something."""

    POLICE = "police", "Police"
    POLICY_MAKER = "policy-maker", "Policy makers"
    EU = "EU", "European Union"
    MUNICIPALITY = "municipality", "Municipalities"
    INDUSTRY = "industry", "Industry"
    RESEARCH = "research", "Research"
    TRAINING_PROVIDER = "training-provider", "Training providers"
    EMERGENCY_SERVICE = "emergency-service", "Emergency services"


class Strand(models.TextChoices):
    """The strands of the roadmap."""

    TRAINING = "training", "Training"
    STANDARDS = "standards", "Standards"
    RESEARCH = "research-agenda", "Research agenda"
    TECHNOLOGY = "technological-development", "Technological development"
    LAW = "ethical-legal-framework", "Ethical and legal framework"
    RECOMMENDATION = "recommendation", "Recommendation"


class Audience(models.TextChoices):
    """Whom a training module is for."""

    POLICE = "police", "Police"
    LOCAL_POLICE = "local police", "Local police"
    CITIZEN = "citizen", "Citizens"
    PLANNER = "public-security-planner", "Public security planners"
    MUNICIPALITY = "municipality", "Municipalities"
    EMERGENCY_SERVICE = "emergency-service", "Emergency services"


class TrainingKind(models.TextChoices):
    """What a training module is."""

    GUIDELINE = "guideline", "Guideline"
    GAME = "game", "Game"
    PROGRAMME = "programme", "Programme"
    SYLLABUS = "syllabus", "Syllabus"
    EXERCISE = "exercise", "Exercise"
    COURSE = "course", "Course"


class StandardKind(models.TextChoices):
    """What sort of document a standard is."""

    STANDARD = "standard", "Standard"
    GUIDELINE = "guideline", "Guideline"
    SPECIFICATION = "specification", "Technical specification"
    DATA_FORMAT = "data-format", "Data format"
    MODEL_CLAUSES = "model-clauses", "Model clauses"


class StandardStatus(models.TextChoices):
    """Where a standard is in its life."""

    PUBLISHED = "published", "Published"
    DRAFT = "draft", "Draft"
    SUPERSEDED = "superseded", "Superseded"
    WITHDRAWN = "withdrawn", "Withdrawn by its maker"


class Access(models.TextChoices):
    """Whether a standard costs money."""

    FREE = "free", "Free to read"
    PAID = "paid", "For payment"
