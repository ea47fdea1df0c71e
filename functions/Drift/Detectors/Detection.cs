using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Json;

namespace Tidemark.Drift.Detectors;

/// <summary>Where a detector spoke.</summary>
/// <param name="Detector">Its name.</param>
/// <param name="Parameters">All its parameters, defaults included.</param>
/// <param name="N">Number of values.</param>
/// <param name="Warnings">Indices, from 0, of the values after which it warned.</param>
/// <param name="Drifts">Indices of the values after which it saw a drift, and began anew.</param>
public sealed record DetectionAnswer(string Detector, JsonNode Parameters, int N, IReadOnlyList<int> Warnings, IReadOnlyList<int> Drifts);

/// <summary>Runs a detector over the values of a request.</summary>
internal static class Detection
{
    private static readonly string[] Known = ["detector", "parameters", "values"];

    public static Outcome<DetectionAnswer> Of(JsonElement body)
    {
        if (body.Unknown(Known) is { } unknown)
            return unknown;
        body.TryGetProperty("parameters", out JsonElement parameters);
        Outcome<Detector> detector = body.Word("detector").Then(name => DetectorCatalog.Create(name, parameters));
        return detector.Then(d => body.Numbers("values").Then(values => Run(d, values ?? [])));
    }

    private static Outcome<DetectionAnswer> Run(Detector detector, double[] values)
    {
        if (values.Length == 0)
            return JsonLists.Refuse("values", "it is missing or empty; send the stream of values, the oldest first");
        (double least, double most) = detector.Range;
        JsonNode described = JsonNode.Parse(DetectorCatalog.Save(detector))!;
        (List<int> warnings, List<int> drifts) = ([], []);
        for (int i = 0; i < values.Length; i++)
        {
            if (values[i] < least || values[i] > most)
                return JsonLists.Refuse($"values[{i}]", $"it is {JsonValue.Create(values[i]).ToJsonString()} and should lie between {least} and {most}: 1 for an error, 0 for none");
            DetectorSignal signal = detector.Update(values[i]);
            if (signal != DetectorSignal.None)
                (signal == DetectorSignal.Drift ? drifts : warnings).Add(i);
        }

        return new DetectionAnswer((string)described["detector"]!, described["parameters"]!.DeepClone(), values.Length, warnings, drifts);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(DetectionAnswer))]
internal sealed partial class DetectionJson : JsonSerializerContext;
