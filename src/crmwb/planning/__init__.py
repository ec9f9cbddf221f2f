"""What a run will cost on this machine before it is started: `crmwb plan`.

`sizes` counts or estimates what the source holds, `rates` holds what each stage was measured to cost, `plan` puts them
together, and `page` says the result.
"""
