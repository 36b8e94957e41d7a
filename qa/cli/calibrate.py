"""`qa calibrate`: how often this model is wrong about these documents, as answerer and as judge."""

from dataclasses import asdict

from index.errors import ServiceFailure
from qa.ask.asking import Asking
from qa.ask.judging import judge_of
from qa.calibrate.rates import calibrate as measured
from qa.cli.common import settings_for
from qa.documents.library import open_library
from qa.errors import NoKey
from qa.model.choice import choose_model
from qa.saved.calibration import keep_rates
from qa.settings.load import Where, load_one
from qa.show import fields, reports
from qa.show.terminal import Screen


def calibrate(options: Asking, where: Where, screen: Screen) -> int:
    """Count what goes wrong with claims and questions of which it is known; show and keep it."""
    load_one(where)
    settings = settings_for(where, screen)
    model = choose_model(settings, options.model, options.timeout)
    if model is None:
        raise NoKey("There is no model to calibrate.", "Set OPENAI_API_KEY, or OPENAI_BASE_URL for another endpoint.")
    with screen.progress() as progress, open_library(settings, screen.notice, progress) as library:
        judges = judge_of(settings, options, model)
        try:
            rates = measured(library, model, judges)
        except ServiceFailure as failure:
            if options.json:
                screen.line(fields.to_json(fields.failure_json(failure)))
            raise
        if not keep_rates((settings.parts or (settings,))[0].target.home, asdict(rates)):
            screen.notice("The index's folder cannot be written: `qa status` will not name these rates.")
    if options.json:
        screen.line(fields.to_json({"schema": 1, **asdict(rates), "error": None}))
    else:
        reports.show_rates(screen, asdict(rates))
    return 0
