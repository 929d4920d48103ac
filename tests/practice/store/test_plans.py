"""What SQLite makes of the store's questions once there is something to find."""

from practice.store import Store
from practice.store.engine import reader_engine

ODS = "A99999"
IDS = [f"p{number}" for number in range(200)]


def plan_of_ids(store: Store) -> str:
    """How many resources are looked up by their ids."""
    marks = ",".join("?" * len(IDS))
    engine = reader_engine(store.url, 1)
    try:
        with engine.connect() as connection:
            rows = connection.exec_driver_sql(
                f"EXPLAIN QUERY PLAN SELECT * FROM resource WHERE ods = ? AND type = ? "
                f"AND removed IS 0 AND id IN ({marks})",
                (ODS, "Patient", *IDS),
            )
            return " ".join(str(row[-1]) for row in rows)
    finally:
        engine.dispose()


def test_ids_are_looked_up_and_not_searched_for_among_everything(store: Store) -> None:
    trees = [{"resourceType": "Patient", "id": f"p{number}"} for number in range(2_000)]
    store.load(ODS, trees)
    store.close()
    again = Store(store.url, store.clock)
    again.open()
    try:
        assert "type=? AND id=?" in plan_of_ids(again)
    finally:
        again.close()
