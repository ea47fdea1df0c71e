using Microsoft.AspNetCore.Http;

namespace Tidemark.Embedded;

/// <summary>The values that parameters of an HTTP function bind to by name.</summary>
internal static class HttpBindingData
{
    /// <summary>One value: from the route, else from the query; null where neither has it.</summary>
    public static string? Find(HttpContext http, string name)
    {
        if (http.Request.RouteValues.TryGetValue(name, out object? route))
            return route as string;
        return http.Request.Query.TryGetValue(name, out var query) ? query.ToString() : null;
    }

    /// <summary>Everything: query values, then route values, then <c>Query</c> and <c>Headers</c> as JSON text.</summary>
    public static IReadOnlyDictionary<string, object?> Read(HttpContext http)
    {
        var data = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase);
        foreach ((string name, var values) in http.Request.Query)
            data[name] = values.ToString();
        foreach ((string name, object? value) in http.Request.RouteValues)
            data[name] = value;
        data["Query"] = Json(http.Request.Query);
        data["Headers"] = Json(http.Request.Headers);
        return data;
    }

    private static string Json(IEnumerable<KeyValuePair<string, Microsoft.Extensions.Primitives.StringValues>> values) =>
        System.Text.Json.JsonSerializer.Serialize(values.ToDictionary(v => v.Key, v => v.Value.ToString()));
}
