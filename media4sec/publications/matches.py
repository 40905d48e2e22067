"""Why a record was found, in words: the passages that hold what was asked for, with the words marked in them."""

import json
import re
from itertools import chain, pairwise

from django.utils.translation import gettext

from media4sec.kinds import kinds_by_name
from media4sec.publications.columns import PAIR, identifier_keys
from media4sec.publications.search import LONGEST_RUN
from media4sec.publications.synonyms import as_one_word
from media4sec.publications.words import PIECE, TOKEN, folded, squeezed, tokens, word_key

PASSAGE_LENGTH = 240  # letters of a passage
MOST_PASSAGES = 2
SENTENCE = re.compile(r"(?<=[.!?;])\s+")


class Matches:
    """What the words of a question were taken for, ready to be looked for in texts."""

    def __init__(self, found, typed):
        self.found = found
        self.asked = squeezed(typed)
        self.words = [word for word in found.words if word.is_required]
        self.forms = [set(word.forms) for word in self.words]
        self.all_forms = set().union(*self.forms)
        self.has_pairs = any(form[0] == PAIR for form in self.all_forms)
        # The lists of synonyms that it asks by, each with the words that are one of their labels.
        self.labels = [
            (group, [number for number, word in enumerate(self.words) if word in run], run)
            for run in word_runs(found.words)
            for group in found.index.synonyms.by_given.get(
                as_one_word("".join(word.text for word in run)), ()
            )
        ]
        self.by_first_word = {}
        for number, (group, _, _) in enumerate(self.labels):
            for label in group.known_by:
                self.by_first_word.setdefault(label[0], []).append((label, number))

    def marked(self, text, groups=()):
        """The text in pieces: ``[(piece, is it one of the words, or of the labels of these groups?), …]``."""
        spans, before = self.spans(text, groups), None
        for token in TOKEN.finditer(text):
            pieces = list(PIECE.finditer(token[0]))
            joined = folded("".join(piece[0] for piece in pieces))
            if len(pieces) > 1 and joined in self.all_forms:
                spans.append(token.span())
            for piece in pieces:
                span = piece.start() + token.start(), piece.end() + token.start()
                here = folded(piece[0])
                if here in self.all_forms:
                    spans.append(span)
                if before and f"{PAIR}{before[0]}{here}" in self.all_forms:
                    spans += [before[1], span]
                before = here, span
        found, at = [], 0
        for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
            if end <= at:
                continue
            start = max(start, at)
            found += [(text[at:start], False)] if start > at else []
            found.append((text[start:end], True))
            at = end
        return [*found, (text[at:], False)] if at < len(text) else found

    def spans(self, text, groups):
        """(start, end) of the labels of these lists in a text."""
        places = self.places_of(text) if groups else {}
        return [span for number in groups for span in places.get(number, ())]

    def places_of(self, text):
        """``{number in self.labels: [(start, end)]}`` of the labels of these lists in a text."""
        pieces = [(piece.start(), piece.end(), word_key(folded(piece[0]))) for piece in PIECE.finditer(text)]
        found = {}
        for first, (start, _, key) in enumerate(pieces):
            for label, number in self.by_first_word.get(key, ()):
                run = pieces[first : first + len(label)]
                if len(run) == len(label) and all(
                    piece[2] == one for piece, one in zip(run, label, strict=True)
                ):
                    found.setdefault(number, []).append((start, run[-1][1]))
        return found

    def held(self, text):
        """The numbers of the words that a text holds."""
        has = self.all_forms.intersection(words_in(text, self.has_pairs))
        return {number for number, forms in enumerate(self.forms) if forms & has} if has else set()

    def explain(self, publication, slot):
        """One hit: ``{title_pieces, passages: [{field, label, pieces}], notes: [text]}``."""
        kind = kinds_by_name()[publication.kind]
        missing = set(range(len(self.words))) - self.held(publication.title)
        known = {number for number, word in enumerate(self.words) if word.count}
        lacking = {number for number in known if self.found.lacking[number][slot]}
        notes, shown = [], {}
        if kind.identifier.is_shown and self.asked in identifier_keys(kind, publication.identifier):
            notes.append(gettext("This is its identifier"))
            missing = set()
        for field, label, text in self.searched_texts(publication) if missing else ():
            if not missing or len(shown) == MOST_PASSAGES:
                break
            new = self.held(text) & missing
            if new:
                missing -= new
                shown[text] = field, label
        groups, missing = self.said_otherwise(publication, missing - lacking, shown, notes)
        passages = [
            {"field": field, "label": label, "pieces": self.marked(self.cut(text, groups), groups)}
            for text, (field, label) in shown.items()
        ]
        if all(passage["label"] for passage in passages) and publication.summary:
            pieces = self.marked(self.beginning(publication.summary), groups)
            passages.insert(0, {"field": "summary", "label": "", "pieces": pieces})
        title = self.marked(publication.title, groups)
        if missing and self.found.index.is_named[slot]:
            notes.append(gettext("Found by its name in another language"))
        marked = {
            folded(piece)
            for pieces in (title, *(passage["pieces"] for passage in passages))
            for piece, is_marked in pieces
            if is_marked
        }
        for number, word in enumerate(self.words):
            if number in lacking:
                notes.append(gettext("Without “%(word)s”") % {"word": word.typed})
            elif not word.is_known and (similar := sorted(marked.intersection(word.corrected))):
                notes.append(gettext("Similar spelling: %(word)s") % {"word": similar[0]})
        notes = list(dict.fromkeys(notes))
        return {"title_pieces": title, "passages": passages, "notes": notes}

    def said_otherwise(self, publication, missing, shown, notes):
        """Explain words that the record has in other words only: adds to the texts that are shown, and to the notes.

        Returns the groups of synonyms that it was found by, and the words that are still to be explained.
        """
        groups, missing = [], set(missing)
        may_be = {number for _, numbers, _ in self.labels for number in numbers}
        title = ("title", "", publication.title)
        for field, label, text in chain((title,), self.searched_texts(publication)):
            if not missing & may_be:
                break
            for number, places in sorted(self.places_of(text).items()):
                _, numbers, run = self.labels[number]
                if not missing.intersection(numbers):
                    continue
                missing.difference_update(numbers)
                groups.append(number)
                words = {"found": text[slice(*places[0])], "asked": " ".join(word.typed for word in run)}
                notes.append(gettext("“%(found)s” is another way to say “%(asked)s”") % words)
                if text != publication.title and len(shown) < MOST_PASSAGES:
                    shown.setdefault(text, (field, label))
        return groups, missing

    def searched_texts(self, publication):
        """(field, label, text) of all that search reads of a record besides its title: names first, then its texts."""
        kind = kinds_by_name()[publication.kind]
        document, display = json.loads(publication.document), self.display_of(publication)
        labels = {fact["name"]: fact["label"] for fact in display["facts"]}
        seen = {"summary"}
        for path in kind.search.names:
            name, _, inner = path.partition(".")
            seen.add(name)
            for text in plain_texts(document.get(name), only=inner):
                yield name, self.label_of(kind, name, labels), text
        if document["summary"]:
            yield "summary", "", document["summary"]
        titles = {
            name: self.say(str(section.title)) for section in kind.page.sections for name in section.fields
        }
        for name in sorted(kind.searched, key=lambda name: name not in titles):
            if name not in seen:
                for text in plain_texts(document.get(name)):
                    yield name, titles.get(name) or self.label_of(kind, name, labels), text
        for fact in display["facts"]:
            for value in fact["values"] if fact["name"] not in kind.search.unread else ():
                yield fact["name"], fact["label"], value["text"]

    def label_of(self, kind, name, labels):
        if name in labels:
            return labels[name]
        return self.say(str(kind.page.own_parts.get(name) or name.replace("_", " ").capitalize()))

    # In which words: those that are stored; pages say theirs.

    def display_of(self, publication):
        return json.loads(publication.display)

    def say(self, text):
        return text

    def beginning(self, summary):
        return self.cut(summary)

    def cut(self, text, groups=()):
        """The part of a text with the most of the words and labels, whole where the text is short."""
        text = " ".join(text.split())
        if len(text) <= PASSAGE_LENGTH:
            return text
        best = max(SENTENCE.split(text), key=lambda one: len(self.held(one)) + len(self.spans(one, groups)))
        start = text.index(best)
        if len(best) > PASSAGE_LENGTH:
            first, is_marked = self.marked(best, groups)[0]
            start += 0 if is_marked else max(len(first) - PASSAGE_LENGTH // 3, 0)
            start = text.rfind(" ", 0, start) + 1
            best = text[start : start + PASSAGE_LENGTH].rsplit(" ", 1)[0]
        return ("… " if start else "") + best + (" …" if start + len(best) < len(text) else "")


def word_runs(words):
    """All words of a question that stand together and may be a label, the longest runs first."""
    for length in range(LONGEST_RUN, 0, -1):
        for first in range(len(words) - length + 1):
            yield words[first : first + length]


def words_in(text, with_pairs):
    """All that the words of a text can be found by: pieces, compounds in one word, and neighbours as a pair."""
    found, joined = [], []
    for token in tokens(text):
        if "-" in token:
            pieces = token.split("-")
            found += pieces
            joined.append("".join(pieces))
        else:
            found.append(token)
    if with_pairs:
        joined += [f"{PAIR}{one}{two}" for one, two in pairwise(found)]
    return found + joined


WITHOUT_PASSAGES = {
    "url",
    "key",
    "kind",
    "dated_on",
    "accessed_on",
    "supports",
    "verified",
    "provenance",
    "sources",
    "language",
}


def plain_texts(value, only=""):
    """All texts in a value of a document; of parts, ``only`` this field."""
    if isinstance(value, str) and value:
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from plain_texts(item, only)
    elif isinstance(value, dict) and {"kind", "id", "label"} <= value.keys():
        is_shown = kinds_by_name()[value["kind"]].identifier.is_shown
        yield f"{value['id']} {value['label']}" if is_shown else value["label"]
    elif isinstance(value, dict):
        for name, item in value.items():
            if name == only or (not only and name not in WITHOUT_PASSAGES):
                yield from plain_texts(item)
