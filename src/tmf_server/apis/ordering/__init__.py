"""Product ordering (TMF622): orders with their items, and their cancellation."""
