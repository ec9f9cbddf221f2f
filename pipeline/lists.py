"""Write what is to be done for those who do it: files for owners, and files that other systems import."""

from datetime import date

from crmwb import layout, params, stage, storage
from crmwb.actions import exports, list_files, plan
from crmwb.contract.actions import LIST as ACTION_LIST
from crmwb.contract.marts import CUSTOMERS as MART
from crmwb.marts import mart
from crmwb.progress import step


def main() -> None:
    chosen, place = plan.load()
    rows = storage.read(ACTION_LIST)
    wanted = exports.wanted(chosen, mart.by_name(), place)
    known = storage.read(MART, [mart.KEY, *wanted])
    as_of = date.fromisoformat(storage.read_json(layout.OBSERVATION)["as_of"][:10])
    with step("writing files for owners and other systems"), storage.replacing_folder(layout.ACTION_FILES) as folder:
        list_files.write(rows, known, chosen, folder, as_of=as_of, n_at_once=params.load().engine.threads)


if __name__ == "__main__":
    stage.run(main)
