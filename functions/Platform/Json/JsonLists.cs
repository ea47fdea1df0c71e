using System.Globalization;
using System.Text.Json;
using Tidemark.Platform.Errors;

namespace Tidemark.Platform.Json;

/// <summary>Reads lists of a request's JSON, and names the first element that does not belong.</summary>
internal static class JsonLists
{
    /// <summary>A list of finite numbers; true counts as 1 and false as 0. An absent field is null.</summary>
    public static Outcome<double[]?> Numbers(this JsonElement body, string name, string? path = null) => body.List(name, path, Number);

    /// <summary>A list of texts, numbers or booleans, each as text: 1 and 1.0 are <c>1</c>, true is <c>true</c>. An absent field is null.</summary>
    public static Outcome<string[]?> Texts(this JsonElement body, string name, string? path = null) => body.List(name, path, Text);

    /// <summary>A text, number or boolean as text; an absent field is null.</summary>
    public static Outcome<string?> Word(this JsonElement body, string name) =>
        body.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? Text(value, name).Map(text => (string?)text) : (string?)null;

    /// <summary>A number between bounds; <paramref name="otherwise"/> for an absent field.</summary>
    public static Outcome<double> Number(this JsonElement body, string name, double otherwise, double least, double most)
    {
        if (!body.TryGetProperty(name, out JsonElement value) || value.ValueKind == JsonValueKind.Null)
            return otherwise;
        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && number >= least && number <= most
            ? number
            : Refuse(name, $"it is {Shown(value)} and should be a number of {least.ToString(CultureInfo.InvariantCulture)} to {most.ToString(CultureInfo.InvariantCulture)}");
    }

    /// <summary>The first field that is none of those known, as a failure; null when all are known.</summary>
    public static Failure? Unknown(this JsonElement body, IReadOnlyCollection<string> known) =>
        body.EnumerateObject().Select(field => field.Name).FirstOrDefault(name => !known.Contains(name)) is { } unknown
            ? Refuse(unknown, $"it is not known; there are {string.Join(", ", known)}")
            : null;

    /// <summary>A list of lists of finite numbers. An absent field is null.</summary>
    public static Outcome<double[][]?> NumberLists(this JsonElement body, string name) => body.List<double[]>(name, null, (element, at) =>
    {
        if (element.ValueKind != JsonValueKind.Array)
            return Refuse(at, $"it is {Shown(element)} and should be a list of numbers");
        double[] numbers = new double[element.GetArrayLength()];
        for (int i = 0; i < numbers.Length; i++)
        {
            Outcome<double> number = Number(element[i], $"{at}[{i}]");
            if (!number.Ok)
                return number.Failure;
            numbers[i] = number.Value;
        }

        return numbers;
    });

    public static Failure Refuse(string field, string why) => new(FailureKind.Malformed, "Unusable request", $"The field '{field}' can't be used: {why}.")
    {
        Errors = [new FieldError(field, why)],
    };

    private static Outcome<T[]?> List<T>(this JsonElement body, string name, string? path, Func<JsonElement, string, Outcome<T>> read)
    {
        string at = path is null ? name : $"{path}.{name}";
        if (!body.TryGetProperty(name, out JsonElement list) || list.ValueKind == JsonValueKind.Null)
            return (T[]?)null;
        if (list.ValueKind != JsonValueKind.Array)
            return Refuse(at, $"it is {Shown(list)} and should be a list");
        var values = new T[list.GetArrayLength()];
        int i = 0;
        foreach (JsonElement element in list.EnumerateArray())
        {
            Outcome<T> value = read(element, $"{at}[{i}]");
            if (!value.Ok)
                return value.Failure;
            values[i++] = value.Value;
        }

        return values;
    }

    private static Outcome<double> Number(JsonElement element, string at) => element.ValueKind switch
    {
        JsonValueKind.True => 1,
        JsonValueKind.False => 0,
        JsonValueKind.Number when element.TryGetDouble(out double number) && double.IsFinite(number) => number,
        _ => Refuse(at, $"it is {Shown(element)} and should be a finite number; leave rows without a value out"),
    };

    private static Outcome<string> Text(JsonElement element, string at) => element.ValueKind switch
    {
        JsonValueKind.String => element.GetString()!,
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        JsonValueKind.Number when element.TryGetDouble(out double number) && double.IsFinite(number) => number.ToString(CultureInfo.InvariantCulture),
        _ => Refuse(at, $"it is {Shown(element)} and should be a text, a number, true or false"),
    };

    private static string Shown(JsonElement element) =>
        element.ValueKind is JsonValueKind.Array or JsonValueKind.Object ? $"an {element.ValueKind.ToString().ToLowerInvariant()}"
        : element.GetRawText() is { Length: <= 40 } text ? text : element.GetRawText()[..40] + "…";
}
