"""The context hook: refuses wrong answers and adds the facts to the context of templates."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from copy import deepcopy
from pathlib import Path
from typing import Any

from copier import Phase
from copier.errors import UserMessageError
from copier_template_extensions import ContextHook
from jinja2 import Environment

from .facts import facts
from .features import TOOL_FILES, left_out, load_features
from .links import restore_links
from .questionnaire import RefusalError, load_questions, read_answer, unknown_key

MIGRATIONS = "/app/modules/*/migrations/*.py"


def restore_order(mapping: object, model: object) -> None:
    """Order `mapping` in place like `model`, nested mappings too; new keys come last."""
    if not isinstance(mapping, dict) or not isinstance(model, dict):
        return
    order = [key for key in model if key in mapping]
    order += [key for key in mapping if key not in model]
    if order != list(mapping):
        for key in order:
            mapping[key] = mapping.pop(key)
    for key, value in mapping.items():
        restore_order(value, model.get(key))


class TemplateHook(ContextHook):
    """Hook that refuses scripted and recorded answers, and adds the facts once all are given.

    The validator of a question checks an answer typed at the prompt. This hook checks a scripted
    (`--data`, `--data-file`) or recorded answer before Copier does, which would answer the first
    with a traceback and drop the second silently.

    The prompt for `modules` sorts them alphabetically. The hook restores their first order, so that
    an update at the prompt does not reorder the service. It orders the answers file as the
    questions are asked, because an update would write its own `--data` first.

    Copier runs the hook for every string that it renders, so the facts are cached.
    """

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        root = Path(__file__).parent.parent
        self._questions = load_questions(root / "copier.yml")
        self._features = load_features(root / "features.yml")
        self._has_links = False
        self._seen: tuple[dict[str, Any], dict[str, Any]] | None = None
        self._facts: dict[str, Any] = {}
        self._first_modules: Any = None

    def hook(self, context: MutableMapping[str, Any]) -> None:
        """Add the facts to `context`.

        Raises:
            UserMessageError: an answer is refused; the message is its key and one sentence.
        """
        if not self._has_links:
            restore_links(Path(context["_copier_conf"]["src_path"]))
            self._has_links = True
        if context["_copier_phase"] == Phase.PROMPT:
            self._restore_order(context)
        scripted = dict(context["_copier_conf"]["data"])
        given = self._given(context)
        if self._seen != (scripted, given):
            self._refuse_unknown(scripted)
            answers = {key: self._accepted(key, raw) for key, raw in given.items()}
            self._facts = self._facts_of(answers) if self._is_complete(answers) else {}
            self._seen = (scripted, given)
        context.update(self._facts)
        if "left_out" in context:
            context["left_out"] += self._migrations_of_old_copy(context)
        context["_copier_answers"] = self._as_asked(context["_copier_answers"])

    def _facts_of(self, answers: dict[str, Any]) -> dict[str, Any]:
        known = facts(answers)
        absent = left_out(self._features, {**answers, **known})
        return {**known, "left_out": "\n".join([*TOOL_FILES, *(f"/{path}" for path in absent)])}

    def _migrations_of_old_copy(self, context: Mapping[str, Any]) -> str:
        """Return a pattern that excludes migrations from an update's copy of the old answers.

        An update deletes files that are in this copy but not in that of the new answers. An
        emitted migration must stay, since a database may have run it.
        """
        is_old_copy = ".old_copy." in str(context["_copier_conf"]["dst_path"])
        updates = context.get("_copier_operation") == "update"
        return f"\n{MIGRATIONS}" if updates and is_old_copy else ""

    def _restore_order(self, context: Mapping[str, Any]) -> None:
        modules = context.get("modules", self._questions["modules"].default)
        if self._first_modules is None:
            self._first_modules = deepcopy(modules)
        restore_order(modules, self._first_modules)

    def _as_asked(self, answers: Mapping[str, Any]) -> dict[str, Any]:
        """Return the answers file: Copier's own values, then the answers in order."""
        own = {key: value for key, value in answers.items() if key not in self._questions}
        return own | {key: answers[key] for key in self._questions if key in answers}

    def _given(self, context: Mapping[str, Any]) -> dict[str, Any]:
        """Return the answers so far, without the one that a validator is checking."""
        settled = context["_copier_answers"]
        return {
            key: settled.get(key, context.get(key))
            for key in self._questions
            if key in settled or _is_beyond_json(context.get(key))
        }

    def _refuse_unknown(self, scripted: Mapping[str, Any]) -> None:
        """Refuse answers without a question, except in a whole set that Copier replays."""
        if self._is_complete(scripted):
            return
        for key in scripted:
            if key not in self._questions and not key.startswith("_"):
                raise UserMessageError(unknown_key(key, self._questions))

    def _is_complete(self, answers: Mapping[str, Any]) -> bool:
        return all(key in answers or asked.conditional for key, asked in self._questions.items())

    def _accepted(self, key: str, raw: object) -> Any:
        try:
            return read_answer(self._questions[key], raw)
        except RefusalError as refusal:
            raise UserMessageError(f"{key}: {refusal}") from refusal


def _is_beyond_json(value: object) -> bool:
    """Return whether Copier omits an answer from `_copier_answers`, such as a YAML date."""
    return not isinstance(value, dict | list | str | int | float | None)
