#!/usr/bin/env python3
"""presidio with its own pattern recognisers, in the roles of `epilogue-maskers`.

usage: presidio.py mask             JSON lines in, masked JSON lines out
       presidio.py speed < TEXTS    MB/s on what `epilogue-maskers texts` prints

It runs on spaCy's blank English pipeline: without a trained model, which no package index has,
there are no names, places or lemmas, so only what a pattern finds is measured.
"""
import json, statistics, sys, time

import spacy
from presidio_analyzer import AnalyzerEngine
from presidio_analyzer.nlp_engine import SpacyNlpEngine
from presidio_anonymizer import AnonymizerEngine
from presidio_anonymizer.entities import OperatorConfig

MARKS = {
    "EMAIL_ADDRESS": "EMAIL", "CREDIT_CARD": "CARD", "PHONE_NUMBER": "PHONE", "US_SSN": "SSN",
    "IBAN_CODE": "IBAN", "IP_ADDRESS": "IP", "MAC_ADDRESS": "MAC", "PERSON": "NAME",
}


class Blank(SpacyNlpEngine):
    def __init__(self):
        super().__init__(models=[{"lang_code": "en", "model_name": "blank"}])

    def load(self):
        self.nlp = {"en": spacy.blank("en")}


nlp = Blank()
nlp.load()
analyzer = AnalyzerEngine(nlp_engine=nlp, supported_languages=["en"])
anonymizer = AnonymizerEngine()
operators = {entity: OperatorConfig("replace", {"new_value": f"[{mark}]"}) for entity, mark in MARKS.items()}
operators["DEFAULT"] = OperatorConfig("replace", {"new_value": "[OTHER]"})


def mask(text):
    found = analyzer.analyze(text=text, language="en")
    return anonymizer.anonymize(text=text, analyzer_results=found, operators=operators).text


def masked(value):
    if isinstance(value, str):
        return mask(value) if value.strip() else value
    if isinstance(value, list):
        return [masked(element) for element in value]
    if isinstance(value, dict):
        return {masked(key): masked(element) for key, element in value.items()}
    if value is None or isinstance(value, bool):
        return value
    text = mask(json.dumps(value))
    return value if text == json.dumps(value) else text


def speed():
    texts = [json.loads(line) for line in sys.stdin]
    half = len(texts) // 2
    for name, some in (("clean", texts[:half]), ("1 % personal", texts[half:])):
        rates = []
        for _ in range(5):
            started = time.perf_counter()
            for text in some:
                json.dumps(mask(text))
            rates.append(sum(len(text) for text in some) / 1e6 / (time.perf_counter() - started))
        print(f"{name:14} {'presidio':12} {statistics.median(rates):9.4f} MB/s")


if sys.argv[1:] == ["mask"]:
    for line in sys.stdin:
        print(json.dumps(masked(json.loads(line)), ensure_ascii=False))
elif sys.argv[1:] == ["speed"]:
    speed()
else:
    sys.exit(__doc__)
