using System.Text.Json;
using Tidemark.Drift.Detectors;
using Tidemark.Platform.Alerts;

namespace Tidemark.Feedback.Quality;

/// <summary>Feeds the errors of a window to the detectors as they stood after the window before.</summary>
internal static class ErrorStream
{
    /// <summary>The window with its detectors and with what they found in place of what they found before.</summary>
    public static WindowQuality Watch(WindowQuality window, WindowQuality? before, QualityPolicy policy)
    {
        var states = new Dictionary<string, JsonElement[]>(before?.Detectors.ToDictionary() ?? [], StringComparer.Ordinal);
        var findings = window.Findings.Where(finding => finding.Kind != QualityFinding.Drift).ToList();
        foreach ((string version, double[] errors) in window.Errors)
        {
            Detector[] detectors = Detectors(states.GetValueOrDefault(version), policy);
            foreach (Detector detector in detectors)
            {
                if (Drifts(detector, errors) is { Count: > 0 } places)
                    findings.Add(Finding(window, before, version, detector, places, errors));
            }

            states[version] = [.. detectors.Select(detector => JsonSerializer.Deserialize<JsonElement>(DetectorCatalog.Save(detector)))];
        }

        return window with { Findings = findings, Detectors = states };
    }

    /// <summary>The saved ones; new ones when the policy has others by now.</summary>
    private static Detector[] Detectors(JsonElement[]? saved, QualityPolicy policy)
    {
        Detector[] chosen = [.. policy.Detectors.Select(choice => DetectorCatalog.Create(choice.Detector, choice.Parameters).Value!)];
        if (saved is null || saved.Length != chosen.Length)
            return chosen;
        Detector[] known = [.. saved.Select(state => DetectorCatalog.Restore(BinaryData.FromString(state.GetRawText())))];
        return known.Zip(chosen).All(pair => Choice(pair.First) == Choice(pair.Second)) ? known : chosen;
    }

    private static string Choice(Detector detector)
    {
        JsonElement state = JsonSerializer.Deserialize<JsonElement>(DetectorCatalog.Save(detector));
        return state.GetProperty("detector").GetRawText() + state.GetProperty("parameters").GetRawText();
    }

    private static List<int> Drifts(Detector detector, double[] errors)
    {
        (double least, double most) = detector.Range;
        var places = new List<int>();
        for (int i = 0; i < errors.Length; i++)
        {
            if (errors[i] >= least && errors[i] <= most && detector.Update(errors[i]) == DetectorSignal.Drift)
                places.Add(i);
        }

        return places;
    }

    private static QualityFinding Finding(WindowQuality window, WindowQuality? before, string version, Detector detector, List<int> places, double[] errors)
    {
        string name = JsonSerializer.Deserialize<JsonElement>(DetectorCatalog.Save(detector)).GetProperty("detector").GetString()!;
        var finding = new QualityFinding(
            QualityFinding.Drift, version, name, AlertSeverity.Warning, $"{name} saw the errors of version {version} change",
            $"The detector {name} saw a drift {places.Count} time(s) in {errors.Length} labelled predictions of the window, first at the one numbered {places[0]}; their mean error is {errors.Average():0.###}.",
            window.Start, Retrain: false);
        return before?.Findings.FirstOrDefault(finding.Continues) is { } earlier ? finding with { Since = earlier.Since } : finding;
    }
}
