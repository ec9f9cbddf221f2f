"""Reports: notebooks run by papermill, rendered to pages that open without a network, with every number traceable."""
