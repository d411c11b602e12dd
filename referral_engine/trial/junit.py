"""Results of rule tests as JUnit XML, for the machines that run them."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from xml.etree import ElementTree as ET

from referral_engine.trial.rule_tests import TestResult

__all__ = ["junit"]


def junit(results: Iterable[TestResult]) -> str:
    """One ``testsuite`` a file, one ``testcase`` a test, failures at ``file:line:column``."""
    root = ET.Element("testsuites")
    for file, group in groupby(results, key=lambda result: result.place.file):
        tests = list(group)
        failed = sum(1 for test in tests if not test.passed)
        suite = ET.SubElement(
            root, "testsuite", name=file, tests=str(len(tests)), failures=str(failed)
        )
        for test in tests:
            _case(suite, test)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _case(suite: ET.Element, test: TestResult) -> None:
    case = ET.SubElement(
        suite, "testcase", name=test.name, classname=test.place.file, line=str(test.place.line)
    )
    if test.failures:
        failure = ET.SubElement(case, "failure", message=str(test.failures[0]))
        failure.text = "\n".join(str(each) for each in test.failures)
