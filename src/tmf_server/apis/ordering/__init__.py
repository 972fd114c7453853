"""Product ordering (TMF622): orders with items, and cancellations of orders."""
