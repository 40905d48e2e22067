"""The documents of this app's kinds."""

from rest_framework import serializers

from catalogue.choices import TechnologyStatus
from catalogue.models import (
    Collection,
    Concept,
    ConceptLabel,
    Deliverable,
    Function,
    GlossaryTerm,
    NewsItem,
    Organisation,
    Person,
    Project,
    ProjectOutput,
    Statement,
    SurveyFigure,
    Technology,
    WorkPackage,
)
from media4sec.records.documents.fields import CitationField, shape
from media4sec.records.documents.shapes import PartDocument, RecordDocument


class ProjectOutputDocument(PartDocument):
    class Meta:
        model = ProjectOutput
        fields = ("key", "name", "output_kind", "deliverable", "url", "summary")


class ProjectDocument(RecordDocument):
    outputs = ProjectOutputDocument(many=True, required=False)

    class Meta:
        model = Project
        fields = shape(
            "acronym acronym_cordis grant_agreement cordis_rcn programme topic_id "
            "topic_title topic_status call_id funding_scheme funding_scheme_label "
            "start_date end_date duration_months total_cost_eur eu_contribution_eur "
            "coordinator coordinator_country coordinator_person partner_count "
            "framing_good framing_bad framing_ugly objectives outputs cordis_url "
            "cordis_reporting_url website_urls social_accounts related_projects "
            "reporting_periods funding_acknowledgement"
        )


class WorkPackageDocument(RecordDocument):
    class Meta:
        model = WorkPackage
        fields = shape("number title_source lead_partner")


class PersonDocument(RecordDocument):
    class Meta:
        model = Person
        fields = shape("given_name particle family_name aliases organisation organisation_name role")


class DeliverableDocument(RecordDocument):
    class Meta:
        model = Deliverable
        fields = shape(
            "work_package title_source alternative_title lead_partner "
            "responsible_organisations authors contributors date date_precision type "
            "dissemination_level dissemination_level_basis document_reference "
            "document_status page_count download_url alternate_urls themes workshop"
        )


class FunctionDocument(RecordDocument):
    class Meta:
        model = Function
        fields = shape("parent level order is_intrusive nearest_cm_function nearest_cm_function_note")


class OrganisationDocument(RecordDocument):
    class Meta:
        model = Organisation
        fields = shape("former_names")


class TechnologyDocument(RecordDocument):
    status = serializers.ChoiceField(TechnologyStatus.choices, read_only=True)

    class Meta:
        model = Technology
        fields = shape(
            "makers maker_as_stated country homepage repository licence licence_verified "
            "technology_kind price price_note works_on data_leaves data_leaves_note "
            "status status_note sign_of_life_on sign_of_life is_discontinued began_on ended_on "
            "successors functions themes target_users platforms_covered trl eu_project_acronym "
            "eu_project_grant eu_project_programme listed_in_d22 project_mention issues "
            "repository_last_change_seen"
        )


class StatementDocument(RecordDocument):
    class Meta:
        model = Statement
        fields = shape(
            "statement_kind evidence_kind theme workshop deliverable deliverable_basis "
            "locator subjects derived_from derivation"
        )


class SurveyFigureDocument(RecordDocument):
    class Meta:
        model = SurveyFigure
        fields = shape("survey value unit qualifier year population from_d21 note")


class GlossaryTermDocument(RecordDocument):
    class Meta:
        model = GlossaryTerm
        fields = shape("aliases see_also functions patterns issues instruments")


class NewsItemDocument(RecordDocument):
    class Meta:
        model = NewsItem
        fields = shape(
            "news_kind date date_precision url_of_item publisher language authors location themes workshop"
        )


class ConceptLabelDocument(PartDocument):
    sources = CitationField()

    class Meta:
        model = ConceptLabel
        fields = ("key", "language", "label", "translated_by", "provenance", "verified", "sources")


class ConceptDocument(RecordDocument):
    labels = ConceptLabelDocument(many=True, required=False)

    class Meta:
        model = Concept
        fields = shape("scheme code position labels")


class CollectionDocument(RecordDocument):
    class Meta:
        model = Collection
        fields = shape("generated_on count particulars caveats")
