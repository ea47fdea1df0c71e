using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tidemark.Retraining.Contract;

/// <summary>Inputs and the trainer's own answers to them, column by column, every list <see cref="Rows"/> long.</summary>
/// <param name="Numeric">A missing number is null, infinities are the strings "inf" and "-inf".</param>
/// <param name="Tolerance">Largest difference, absolute and relative, between these answers and the graph's.</param>
public sealed record ParityRows(
    int Contract, int Rows, IReadOnlyDictionary<string, JsonElement[]> Numeric, IReadOnlyDictionary<string, string[]> Categorical, ParityAnswers Outputs, double Tolerance)
{
    public static ParityRows? Read(ReadOnlySpan<byte> utf8) => JsonSerializer.Deserialize<ParityRows>(utf8, JsonSerializerOptions.Web);

    /// <summary>A cell of <see cref="Numeric"/> as the number that goes into the model.</summary>
    public static float Number(JsonElement cell) => cell.ValueKind switch
    {
        JsonValueKind.Null => float.NaN,
        JsonValueKind.Number => cell.GetSingle(),
        _ => cell.GetString() == "inf" ? float.PositiveInfinity : float.NegativeInfinity,
    };
}

/// <param name="Label">Of a classification.</param>
/// <param name="Probabilities">Of a classification: per row one per class, in class order.</param>
/// <param name="Prediction">Of a regression.</param>
public sealed record ParityAnswers(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string[]? Label,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double[][]? Probabilities,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double[]? Prediction);
