using System.Globalization;
using Tidemark.Platform.Errors;
using Tidemark.Platform.PredictionLog;

namespace Tidemark.Feedback.Labels;

/// <summary>What came true of a prediction, named by its id or by the key that the caller gave it.</summary>
/// <param name="Prediction">The prediction's id, or null.</param>
/// <param name="Key">The caller's own key, or null.</param>
/// <param name="Value">The label as text: numbers in their shortest form, <c>true</c> or <c>false</c>.</param>
public sealed record Label(PredictionId? Prediction, string? Key, string Value)
{
    private const int Longest = 256;

    /// <summary>Reads the parts of a label.</summary>
    /// <param name="prediction">A prediction's id, or null.</param>
    /// <param name="key">A key, or null.</param>
    /// <param name="value">A text, <see cref="long"/>, <see cref="double"/> or <see cref="bool"/>.</param>
    public static Outcome<Label> Of(string? prediction, string? key, object? value)
    {
        if (TextOf(value) is not { Length: > 0 and <= Longest } text)
            return Refuse("label", $"it is missing, too long or no text, number, true or false; send what came true, in at most {Longest} characters");
        if (string.IsNullOrEmpty(prediction) == string.IsNullOrEmpty(key))
            return Refuse("predictionId", "send either predictionId, as the prediction's answer gave it, or key, as the caller gave it");
        if (!string.IsNullOrEmpty(key))
            return key.Length <= Longest ? new Label(null, key, text) : Refuse("key", $"it has {key.Length} characters; at most {Longest} are kept");
        Outcome<PredictionId> id = PredictionId.Parse(prediction);
        return id.Ok ? new Label(id.Value, null, text) : Refuse("predictionId", id.Failure.Detail);
    }

    /// <summary>A cell as labels and predictions are compared; null for what is no text, number or boolean.</summary>
    public static string? TextOf(object? cell) => cell switch
    {
        string text => text,
        bool flag => flag ? "true" : "false",
        long integer => integer.ToString(CultureInfo.InvariantCulture),
        double real when double.IsFinite(real) => real.ToString(CultureInfo.InvariantCulture),
        _ => null,
    };

    private static Failure Refuse(string field, string why) => new(FailureKind.Malformed, "Not a label", $"The field '{field}' can't be used: {why}.")
    {
        Errors = [new FieldError(field, why)],
    };
}
