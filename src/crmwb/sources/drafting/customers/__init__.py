"""Who a customer is: ids, records, companies."""
