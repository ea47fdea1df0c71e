using System.Text.Json.Nodes;

namespace Tidemark.Platform.Pages;

/// <summary>An axis of times in UTC, in any span: days by their date, what lies between them by the time of day.</summary>
public static class ChartTime
{
    public static JsonObject Axis() => new()
    {
        ["grid"] = false,
        ["tickCount"] = 6,
        ["labelSeparation"] = 8,
        ["labelExpr"] = "utcFormat(datum.value, utchours(datum.value) + utcminutes(datum.value) > 0 ? '%H:%M' : '%d %b')",
    };
}
