def site(request):
    return {"site": {}}
