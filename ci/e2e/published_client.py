#!/usr/bin/env python3
"""The published client of the original service, unmodified, against the Data API: every call, as JSON and as CSV.

published_client.py --api http://HOST:PORT --token-file FILE --program insights-api
"""

import argparse
import csv
import datetime
import io
import logging
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

from analyticsclient.client import Client
from analyticsclient.constants import data_formats
from analyticsclient.exceptions import ClientError, InvalidRequestError, NotFoundError

CSV = data_formats.CSV
TOMORROW = (datetime.date.today() + datetime.timedelta(days=1)).isoformat()
CALLS = 0


def refused(kind, call, *arguments, **named):
    """Whether a call is refused with exactly this exception."""
    try:
        call(*arguments, **named)
    except kind as error:
        assert type(error) is kind, error
    else:
        raise AssertionError(f"{call} with {arguments} {named} was answered")


def both(call, *arguments, **named):
    """The answer as JSON, after it was compared with that as CSV; no data is none in both."""
    global CALLS
    CALLS += 1
    try:
        rows = call(*arguments, **named)
    except NotFoundError:
        refused(NotFoundError, call, *arguments, data_format=CSV, **named)
        return []
    text = call(*arguments, data_format=CSV, **named)
    table = list(csv.DictReader(io.StringIO(text, newline="")))
    listed = rows if isinstance(rows, list) else [rows]
    assert len(table) == len(listed), (call, len(table), len(listed))
    for row, cells in zip(listed, table):
        for name, value in row.items():
            if isinstance(value, (str, int)) and not isinstance(value, bool):
                assert cells[name] == str(value), (call, name, cells[name], value)
    return rows


def course_calls(client, course_id):
    """Every call about a course; gives its problems and videos, and how much each call found."""
    course, found = client.courses(course_id), {}
    for demographic in (None, "mode", "gender", "education", "location", "birth_year"):
        if demographic == "birth_year" and client.base_url.endswith("v1"):
            refused(NotFoundError, course.enrollment, demographic)
            continue
        newest = both(course.enrollment, demographic)
        history = both(course.enrollment, demographic, end_date=TOMORROW)
        assert len(history) >= len(newest), (course_id, demographic)
        found[demographic or "all"] = len(newest)
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H%M%S")
    weeks, newest = both(course.activity, "any", end_date=now), both(course.activity)
    assert newest == weeks[-len(newest):]
    if newest:
        assert both(course.recent_activity, "any")["count"] == newest[-1]["any"]
    problems, videos = both(course.problems), both(course.videos)
    found |= {"weeks": len(weeks), "problems": len(problems), "videos": len(videos),
              "tags": len(both(course.problems_and_tags))}
    refused(NotFoundError, course.reports, "no_such_report")
    return problems, videos, found


def module_calls(client, course_id, problems, videos):
    """Every call about a module."""
    found = 0
    for problem in problems[:3]:
        module = client.modules(course_id, problem["module_id"])
        answers = both(module.answer_distribution)
        assert {answer["part_id"] for answer in answers} == set(problem["part_ids"])
        found += len(answers) + len(both(module.grade_distribution)) + len(both(module.sequential_open_distribution))
    for video in videos[:3]:
        found += len(both(client.modules(course_id, video["pipeline_video_id"]).video_timeline))
    return found


def list_calls(client, course_ids):
    """Every call about all courses."""
    summaries, programs = client.course_summaries(), client.programs()
    everything = both(summaries.course_summaries)
    assert [course["course_id"] for course in everything] == sorted(course_ids)
    few = both(summaries.course_summaries, course_ids=course_ids[:2], exclude=["programs", "passing_users"])
    assert len(few) == 2 and "passing_users" not in few[0]
    # More than ten ids are posted.
    many = course_ids + [f"a/b/{number}" for number in range(11)]
    yesterday = datetime.date.today() - datetime.timedelta(days=1)
    posted = both(summaries.course_summaries, course_ids=many, recent_date=yesterday, request_all=True)
    assert len(posted) == len(course_ids) and all(type(row["recent_count_change"]) is int for row in posted)
    refused(InvalidRequestError, summaries.course_summaries, course_ids=["malformed"])
    named = both(programs.programs, fields=["program_id", "course_ids"])
    assert both(programs.programs, program_ids=[named[0]["program_id"]])[0]["course_ids"] == named[0]["course_ids"]
    refused(NotFoundError, client.course_totals().course_totals)


def healthy_without_store(program):
    """What a service without its store says of itself."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    service = subprocess.Popen([program, "--store", "sqlite:/nonexistent/store", "--listen", address],
                               stderr=subprocess.DEVNULL)
    try:
        client = Client(f"http://{address}/api/v0", timeout=5)
        for _ in range(100):
            if client.status.alive:
                return client.status.healthy
            time.sleep(0.1)
        raise AssertionError("the service does not start")
    finally:
        service.terminate()
        service.wait()


def main():
    arguments = argparse.ArgumentParser()
    for name in ("--api", "--token-file", "--program"):
        arguments.add_argument(name, required=True)
    options = arguments.parse_args()
    # The library logs what it then raises.
    logging.disable(logging.CRITICAL)
    token = Path(options.token_file).read_text().strip()
    for version in ("v0", "v1"):
        base = f"{options.api}/api/{version}"
        client = Client(base, auth_token=token, timeout=10)
        assert client.status.alive and client.status.authenticated and client.status.healthy
        course_ids = [course["course_id"] for course in client.course_summaries().course_summaries()]
        list_calls(client, course_ids)
        complete = []
        for course_id in course_ids:
            problems, videos, found = course_calls(client, course_id)
            found["modules"] = module_calls(client, course_id, problems, videos)
            # A young course has not all figures yet.
            complete += [course_id] if all(found.values()) else []
        assert complete, f"no course has all figures; the last has {found}"
        report = both(client.courses(complete[0]).reports, "problem_response")
        with urllib.request.urlopen(report["download_url"]) as file:
            assert len(file.read()) == report["file_size"] > 0
        refused(NotFoundError, client.courses("no/such/course").enrollment)
        stranger = Client(base, auth_token="wrong", timeout=10)
        assert not stranger.status.authenticated
        refused(ClientError, stranger.courses(course_ids[0]).enrollment)
    paged = Client(f"{options.api}/api/v2", auth_token=token, timeout=10)
    assert paged.course_totals().course_totals(course_ids)["count"] > 0
    page = paged.course_summaries().course_summaries(order_by="count", sort_order="desc", page=1, page_size=2)
    assert len(page["results"]) == 2 and page["count"] == len(course_ids)
    assert healthy_without_store(options.program) is False
    print(f"published client: {CALLS} calls, as JSON and as CSV; {len(complete)} courses have all figures")


if __name__ == "__main__":
    main()
