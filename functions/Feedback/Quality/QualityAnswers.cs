using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Json;
using Tidemark.Registry;

namespace Tidemark.Feedback.Quality;

/// <summary>The quality of a model over time.</summary>
public sealed record QualitySeries(string Model, DateTimeOffset From, DateTimeOffset To, IReadOnlyList<WindowView> Windows);

/// <summary>A window without what only the next check needs.</summary>
public sealed record WindowView(
    DateTimeOffset Start, DateTimeOffset End, DateTimeOffset Computed, long Rows, long Labelled, long Unreadable, string? Problem,
    IReadOnlyList<VersionQuality> Versions, IReadOnlyDictionary<string, IReadOnlyList<GroupQuality>> Segments, IReadOnlyList<QualityFinding> Findings)
{
    public static WindowView Of(WindowQuality window) => new(
        window.Start, window.End, window.Computed, window.Rows, window.Labelled, window.Unreadable, window.Problem, window.Versions, window.Segments, window.Findings);
}

/// <summary>The windows that a check by hand has counted.</summary>
public sealed record CheckAnswer(string Model, IReadOnlyList<WindowView> Windows);

/// <summary>Reads and answers the requests of <see cref="QualityFunctions"/>.</summary>
public sealed class QualityAnswers(WindowStore windows, QualityChecks checks, TimeProvider clock)
{
    private const int MostWindows = 1000, UsualDays = 30, ReadAtOnce = 16;

    /// <summary>The windows that begin in a span of time, from <c>?from=</c> (30 days ago) to <c>?to=</c> (now).</summary>
    public async Task<Outcome<QualitySeries>> SeriesAsync(string model, IQueryCollection query, CancellationToken cancellation)
    {
        Outcome<ModelName> name = ModelName.Parse(model);
        DateTimeOffset now = clock.GetUtcNow();
        (Outcome<DateTimeOffset> from, Outcome<DateTimeOffset> to) = (Time(query, "from", now.AddDays(-UsualDays)), Time(query, "to", now));
        if ((name.Failure ?? from.Failure ?? to.Failure) is { } failure)
            return failure;
        WindowSpan[] spans = [.. (await windows.ListAsync(name.Value, cancellation)).Where(span => span.Start >= from.Value && span.Start < to.Value)];
        if (spans.Length > MostWindows)
            return JsonLists.Refuse("from", $"between from and to there are {spans.Length} windows; at most {MostWindows} are answered at once");
        var read = new WindowQuality?[spans.Length];
        var options = new ParallelOptions { MaxDegreeOfParallelism = ReadAtOnce, CancellationToken = cancellation };
        await Parallel.ForEachAsync(Enumerable.Range(0, spans.Length), options, async (i, stop) => read[i] = (await windows.ReadAsync(name.Value, spans[i], stop)).Window);
        return new QualitySeries(model, from.Value, to.Value, [.. read.OfType<WindowQuality>().Select(WindowView.Of)]);
    }

    /// <summary>What the timer does, for the model that the body names.</summary>
    public async Task<Outcome<CheckAnswer>> CheckAsync(JsonElement body, CancellationToken cancellation)
    {
        if (body.Unknown(["model"]) is { } unknown)
            return unknown;
        Outcome<ModelName> model = body.Word("model").Then(ModelName.Parse);
        Outcome<IReadOnlyList<WindowQuality>> counted = await model.ThenAsync(m => checks.RunAsync(m, cancellation));
        return counted.Map(done => new CheckAnswer(model.Value.ToString(), [.. done.Select(WindowView.Of)]));
    }

    private static Outcome<DateTimeOffset> Time(IQueryCollection query, string name, DateTimeOffset otherwise)
    {
        string text = query[name].ToString();
        if (text.Length == 0)
            return otherwise;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
            ? time.ToUniversalTime()
            : JsonLists.Refuse(name, $"it is '{(text.Length <= 40 ? text : text[..40] + "…")}' and should be a time such as 2026-11-21T00:00:00Z");
    }
}
