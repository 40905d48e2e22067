"""Files in the form of a record: chosen, and kept for whoever chose them until all of the form is right."""

from contextlib import contextmanager

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.template.loader import render_to_string

from media4sec.records import policy
from media4sec.records.files.limits import FileRefused
from media4sec.records.files.storing import hold, look_at, renew, store
from media4sec.records.forms import PartForm, PartFormSet
from media4sec.records.models import StoredFile, refuse_second_pdf
from media4sec.records.policy import Right
from media4sec.stored import PUBLIC_AT, SUFFIXES, with_addresses

NOTE_SALT = "media4sec.records.files"
ACCEPTED = ",".join(f".{suffix}" for suffix in (*SUFFIXES.values(), "jpeg"))
NOT_KEPT = "The file that was chosen is not kept any more. Choose it again."


class StoredFileWidget(forms.FileInput):
    """A file to be chosen; beside it the one that is there, or was chosen before and waits to be saved."""

    saved = waiting = None  # the StoredFile of the row; the one that was chosen, with a note of who did
    address = ""  # of a picture of the saved one

    def value_from_datadict(self, data, files, name):
        return files.get(name) or data.get(f"{name}-chosen") or None

    def value_omitted_from_data(self, data, files, name):
        return name not in files and f"{name}-chosen" not in data

    def render(self, name, value, attrs=None, renderer=None):
        context = {
            "name": name,
            "input": super().render(name, value, attrs, renderer),
            "saved": self.saved,
            "address": self.address,
            "waiting": self.waiting,
        }
        return render_to_string("admin/records/_file.html", context)


class StoredFileChoice(forms.FileField):
    """A file that is sent now, the note of one that was sent before, or none; the form makes a row of it."""

    def clean(self, data, initial=None):
        return data

    def bound_data(self, data, initial):
        return data


class AttachmentForm(PartForm):
    """A file of a record. One that was chosen stays when something else in the form is wrong."""

    file = StoredFileChoice(widget=StoredFileWidget(attrs={"accept": ACCEPTED}))
    files_at = ""  # where files of the record are shown in the back-office

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.file_id and "file" in self.fields:
            widget = self.fields["file"].widget
            widget.saved = self.instance.file
            widget.address = self.files_at and shown_at(self.files_at, self.instance)

    def clean_file(self):
        given, record = self.cleaned_data["file"], self.instance.record
        owner = owner_for(self.user, record)
        if isinstance(given, UploadedFile):
            with refusals_told():
                file = store(getattr(given, "ready", None) or look_at(given), owner=owner, by=self.user)
        elif given:
            file = chosen_before(given, self.user)
            with refusals_told():
                hold(file, owner)
        elif self.instance.file_id:
            return self.instance.file
        else:
            raise ValidationError("Choose a file.")
        self.fields["file"].widget.waiting = file, note_of(file, self.user)
        return file


@contextmanager
def refusals_told():
    try:
        yield
    except FileRefused as refused:
        raise ValidationError(str(refused)) from refused


class AttachmentFormSet(PartFormSet):
    def add_fields(self, form, index):
        super().add_fields(form, index)
        form.instance.record = self.instance  # new ones too: files are stored before they are

    def clean(self):
        super().clean()
        refuse_second_pdf(form.instance.file for form in self.kept if form.instance.file_id)


def owner_for(user, record):
    """For whose team a file is stored: that of the record, as soon as it is said which that is."""
    if policy.may(user, Right.WRITE, record):
        return record.owner_id
    return next(iter(policy.owners_for(user, Right.WRITE)), policy.OFFICE)


def note_of(file, user):
    """That somebody sent this file: they may save it, though nobody else may know that it is there."""
    return signing.dumps([file.digest, str(user.pk)], salt=NOTE_SALT)


def chosen_before(note, user):
    """The file of a note, for the person who sent it and wants it still; else raises ``ValidationError``."""
    try:
        digest, person = signing.loads(note, salt=NOTE_SALT)
    except signing.BadSignature:
        digest = person = ""
    file = StoredFile.objects.defer("texts").filter(digest=digest).first()
    if file is None or person != str(user.pk):
        raise ValidationError(NOT_KEPT)
    renew(file)
    return file


def shown_at(files_at, attachment):
    """The address in the back-office of a picture of a file: the picture itself, or the cover."""
    file = with_addresses({"key": attachment.key, "file": attachment.file.facts})["file"]
    return files_at + file.get("cover", file)["url"].removeprefix(PUBLIC_AT)
