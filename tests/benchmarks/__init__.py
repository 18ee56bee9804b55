"""Speed of the template and of rendered services, as ratios measured in one run.

    python -m tests.benchmarks                  all benchmarks, in a few minutes
    python -m tests.benchmarks copy start       selected benchmarks
    python -m tests.benchmarks --help           rounds, seconds, the PostgreSQL server to use

copy      `copier copy` with the default answers, the whole process, against copying the files it
          rendered from a template without any Jinja. Aim: 1.5 or less.
requests  requests per second of one worker on PostgreSQL, against `by_hand.py`, which returns the
          same responses byte for byte. Aim for the list: 0.9 or more. The rate limit is off. The
          list is requested without security (which the other program lacks) and with it.
start     from `uv run app serve` to the first response, on a migrated SQLite database, against
          `by_hand.py` served the same way. Aim: 1.5 s or less.

The subjects of a comparison alternate, and the median of the rounds is reported: ratios hardly
depend on the machine and its load, absolute numbers do. Nothing here passes or fails.

`wrk` sends the requests if it is installed (`apt-get install wrk`), otherwise an asyncio client.
"""
