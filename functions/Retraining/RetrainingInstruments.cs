using System.Diagnostics.Metrics;

namespace Tidemark.Retraining;

/// <summary>Metrics of retraining (meter <c>Tidemark.Retraining</c>).</summary>
public sealed class RetrainingInstruments
{
    public const string MeterName = "Tidemark.Retraining";

    private readonly Counter<long> starts;
    private readonly Counter<long> givenUp;
    private readonly Counter<long> answers;
    private readonly Counter<long> ended;

    public RetrainingInstruments(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        starts = meter.CreateCounter<long>("tidemark.training.starts", "{start}", "Workers started for training runs, by compute and why: first, preempted, silent, died");
        givenUp = meter.CreateCounter<long>("tidemark.training.given_up", "{run}", "Training runs that the suite failed because no worker could be kept on them, by compute");
        answers = meter.CreateCounter<long>("tidemark.training.answers", "{answer}", "Signed answers of external compute, by what came of them: taken, repeated, refused, forged");
        ended = meter.CreateCounter<long>("tidemark.retraining.ended", "{retraining}", "Retrainings that have ended, by model and how");
    }

    /// <param name="state">The end in one word, as the record has it.</param>
    public void Ended(string model, string state) => ended.Add(1, new("model", model), new("state", state));

    /// <param name="why"><c>first</c>, <c>preempted</c>, <c>silent</c> or <c>died</c>.</param>
    public void Started(string compute, string why) => starts.Add(1, new("compute", compute), new("why", why));

    public void GivenUp(string compute) => givenUp.Add(1, new KeyValuePair<string, object?>("compute", compute));

    public void Answered(string result) => answers.Add(1, new KeyValuePair<string, object?>("result", result));
}
