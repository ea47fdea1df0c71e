using System.Text.Json;
using Tidemark.Feedback.Labels;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Http;
using Tidemark.Platform.PredictionLog;
using Tidemark.Platform.Storage;
using Tidemark.Registry;
using Tidemark.Tests.Platform;
using Tidemark.Tests.Registry;
using Xunit;
using static Tidemark.Tests.Feedback.FeedbackProcess;

namespace Tidemark.Tests.Feedback;

/// <summary>Acknowledged feedback is never lost and never counted twice (promise I3).</summary>
public sealed class LabelTests(AzuriteFixture azurite)
{
    private static readonly DateTimeOffset Hour = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task One_label_many_labels_and_files_are_kept_once_each_and_mark_their_hours()
    {
        await using FeedbackProcess process = await StartAsync(azurite);
        ModelName model = await ServedAsync(process);
        PredictionId[] ids = [.. Enumerable.Range(0, 250).Select(i => PredictionId.OfJob($"{model}", Hour).OfRow(i))];
        await process.Blobs.GetBlobContainerClient(StorageNames.Containers.Datasets).GetBlobClient($"{model}.jsonl").UploadAsync(
            BinaryData.FromString(string.Concat(ids[3..200].Select(id => $$"""{"prediction_id":"{{id}}","label":1}""" + "\n"))), Stop);

        string one = await AcceptAsync(process, $$"""{"model":"{{model}}","prediction_id":"{{ids[0]}}","label":true}""");
        string many = await AcceptAsync(process, $$"""{"model":"{{model}}","labels":[{"predictionId":"{{ids[1]}}","label":0},{"predictionId":"{{ids[2]}}","label":"late"}]}""");
        string file = await AcceptAsync(process, $$"""{"model":"{{model}}","blob":"datasets/{{model}}.jsonl"}""");
        foreach (string id in (string[])[one, many, file, file])
            await process.Intake.TakeAsync(id, Stop);
        await process.LabelAsync(model, "dropped", ids[200..].Select(id => (id, 0)));

        Assert.Equal(["true", "0", "late"], await Task.WhenAll(ids[..3].Select(async id => (await process.Labels.HistoryAsync(model, id, Stop))[^1].Label)));
        Assert.Equal(250, (await LabelsAsync(process, model)).Count);
        Assert.Equal([Hour], (await process.Labels.ChangedAsync(model, Stop)).Select(hour => hour.Hour));
        Assert.Equal((SubmissionState.Done, 197L, 0L), await process.Submissions.FindAsync(file, Stop) is { Value: { } state } ? (state.Status, state.Labels, state.RefusedRows) : default);
    }

    [Fact]
    public async Task The_label_received_last_counts_whatever_the_order_of_messages_and_all_are_remembered()
    {
        var clock = new FakeClock(Hour.AddHours(3));
        await using FeedbackProcess process = await StartAsync(azurite, clock);
        ModelName model = await ServedAsync(process);
        PredictionId id = PredictionId.OfJob($"{model}", Hour);
        var submissions = new List<string>();
        foreach (int label in (int[])[1, 0, 1])
        {
            submissions.Add(await AcceptAsync(process, $$"""{"model":"{{model}}","predictionId":"{{id}}","label":{{label}}}"""));
            clock.Advance(TimeSpan.FromMinutes(1));
        }

        foreach (int message in (int[])[2, 0, 1, 0, 2])
            await process.Intake.TakeAsync(submissions[message], Stop);

        Assert.Equal(["1", "0", "1"], (await process.Labels.HistoryAsync(model, id, Stop)).Select(entry => entry.Label));
        Assert.Equal(new Dictionary<string, string> { [id.ToString()] = "1" }, await LabelsAsync(process, model));
    }

    [Fact]
    public async Task Rows_of_a_file_that_cannot_be_used_are_told_with_their_reason_and_the_rest_is_kept()
    {
        await using FeedbackProcess process = await StartAsync(azurite);
        ModelName model = await ServedAsync(process);
        PredictionId id = PredictionId.OfJob($"{model}", Hour);
        var blob = process.Blobs.GetBlobContainerClient(StorageNames.Containers.Datasets).GetBlobClient($"{model}.csv");
        await blob.UploadAsync(BinaryData.FromString($"prediction_id,key,label\n{id},,1\n,0042,0\nnonsense,,1\n,,1\n{id.OfRow(1)},,\n"), Stop);

        string submission = await AcceptAsync(process, $$"""{"model":"{{model}}","blob":"datasets/{{model}}.csv"}""");
        await process.Intake.TakeAsync(submission, Stop);

        SubmissionState state = (await process.Submissions.FindAsync(submission, Stop)).Value!;
        Assert.Equal((2L, 3L), (state.Labels, state.RefusedRows));
        Assert.Equal([2L, 3L, 4L], state.Refused!.Select(refused => refused.Row));
        Assert.Equal("0", await process.Labels.OfKeyAsync(model, "0042", Stop));
    }

    [Fact]
    public async Task An_idempotency_key_makes_a_repeated_request_the_same_submission_and_refuses_other_labels()
    {
        await using FeedbackProcess process = await StartAsync(azurite);
        ModelName model = await ServedAsync(process);
        string body = $$"""{"model":"{{model}}","key":"a","label":1}""";

        Assert.Equal(await AcceptAsync(process, body, "retry-1"), await AcceptAsync(process, body, "retry-1"));
        var other = await process.Submissions.AcceptAsync(Request($$"""{"model":"{{model}}","key":"a","label":0}"""), "retry-1", Stop);

        Assert.Equal(FailureKind.Conflict, other.Failure?.Kind);
    }

    [Fact]
    public async Task Labels_of_unknown_models_and_absent_files_are_refused_before_anything_is_stored()
    {
        await using FeedbackProcess process = await StartAsync(azurite);
        ModelName model = await ServedAsync(process);

        Assert.Equal(FailureKind.NotFound, (await process.Submissions.AcceptAsync(Request($$"""{"model":"{{RegistryProcess.NewModel()}}","key":"a","label":1}"""), null, Stop)).Failure?.Kind);
        Assert.Equal(FailureKind.NotFound, (await process.Submissions.AcceptAsync(Request($$"""{"model":"{{model}}","blob":"datasets/none.csv"}"""), null, Stop)).Failure?.Kind);
    }

    [Theory]
    [InlineData("""{"labels":[]}""", "model")]
    [InlineData("""{"model":"heart","labels":[]}""", "labels")]
    [InlineData("""{"model":"heart"}""", "labels")]
    [InlineData("""{"model":"heart","label":1}""", "predictionId")]
    [InlineData("""{"model":"heart","predictionId":"42","label":1}""", "predictionId")]
    [InlineData("""{"model":"heart","labels":[{"key":"a","label":1},{"key":"a"}]}""", "labels[1].label")]
    [InlineData("""{"model":"heart","labels":[{"key":"a","label":1,"weight":2}]}""", "labels[0].weight")]
    [InlineData("""{"model":"heart","blob":"models/heart/1/model.onnx"}""", null)]
    [InlineData("""{"model":"heart","blob":"datasets/labels.xlsx"}""", "blob")]
    public void Bad_requests_name_the_field(string body, string? field)
    {
        var parsed = FeedbackRequest.Parse(JsonDocument.Parse(body).RootElement);

        Assert.Equal(FailureKind.Malformed, parsed.Failure?.Kind);
        if (field is not null)
            Assert.Equal(field, Assert.Single(parsed.Failure!.Errors).Field);
    }

    [Fact]
    public async Task Survives_kill_at_every_request_of_taking_labels_and_keeps_each_once()
    {
        for (int n = 1; n <= 60; n++)
        {
            await using FeedbackProcess dies = await StartAsync(azurite, faults: StorageFaults.At(n, n % 2 == 0 ? Fault.KilledAfter : Fault.KilledBefore));
            await using FeedbackProcess next = await StartAsync(azurite);
            ModelName model = await ServedAsync(next);
            PredictionId[] ids = [.. Enumerable.Range(0, 5).Select(i => PredictionId.OfJob($"{model}", Hour).OfRow(i))];
            string labels = string.Join(',', ids.Select(id => $$"""{"predictionId":"{{id}}","label":1}""").Append("""{"key":"k","label":0}""").Append($$"""{"predictionId":"{{ids[0]}}","label":0}"""));
            string submission = await AcceptAsync(next, $$"""{"model":"{{model}}","labels":[{{labels}}]}""");

            bool finished = await RegistryProcess.KilledOr(async () => await Done(dies.Intake.TakeAsync(submission, Stop)), killed: false);
            await next.Intake.TakeAsync(submission, Stop);

            Assert.Equal(["0", "1", "1", "1", "1"], (await LabelsAsync(next, model)).OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => l.Value));
            Assert.Equal("0", await next.Labels.OfKeyAsync(model, "k", Stop));
            Assert.Equal([Hour], (await next.Labels.ChangedAsync(model, Stop)).Select(hour => hour.Hour));
            if (finished)
                return;
        }

        Assert.Fail("Taking labels never came to its end.");
    }

    [Fact]
    public async Task Killed_anywhere_while_accepting_nothing_is_acknowledged_that_is_not_stored()
    {
        for (int n = 1; n <= 40; n++)
        {
            await using FeedbackProcess dies = await StartAsync(azurite, faults: StorageFaults.At(n, n % 2 == 0 ? Fault.KilledAfter : Fault.KilledBefore));
            await using FeedbackProcess next = await StartAsync(azurite);
            ModelName model = await ServedAsync(next);
            FeedbackRequest request = Request($$"""{"model":"{{model}}","key":"k","label":1}""");

            string? acknowledged = await RegistryProcess.KilledOr(async () => (await dies.Submissions.AcceptAsync(request, "again", Stop)).Value?.Id, killed: null);
            string repeated = (await next.Submissions.AcceptAsync(request, "again", Stop)).Value!.Id;

            await next.Intake.TakeAsync(acknowledged ?? repeated, Stop);
            Assert.Equal("1", await next.Labels.OfKeyAsync(model, "k", Stop));
            if (acknowledged is not null)
                return;
        }

        Assert.Fail("Accepting never came to its end.");
    }

    internal static async Task<ModelName> ServedAsync(FeedbackProcess process)
    {
        ModelName model = RegistryProcess.NewModel();
        var registered = await process.Registration.RegisterAsync(model, RegistryProcess.File(1), new ModelMetadata { Metrics = new Dictionary<string, double> { ["accuracy"] = 0.92 } }, Actor.Anonymous, Stop);
        Assert.True(registered.Ok, registered.Failure?.Detail);
        return model;
    }

    private static async Task<string> AcceptAsync(FeedbackProcess process, string body, string? key = null)
    {
        var accepted = await process.Submissions.AcceptAsync(Request(body), key, Stop);
        Assert.True(accepted.Ok, accepted.Failure?.Detail);
        return accepted.Value.Id;
    }

    private static FeedbackRequest Request(string body)
    {
        var parsed = FeedbackRequest.Parse(JsonDocument.Parse(body).RootElement);
        Assert.True(parsed.Ok, parsed.Failure?.Detail);
        return parsed.Value;
    }

    private static async Task<Dictionary<string, string>> LabelsAsync(FeedbackProcess process, ModelName model)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        await foreach ((string prediction, string label) in process.Labels.OfHourAsync(model, Hour, Stop))
            labels.Add(prediction, label);
        return labels;
    }

    private static async Task<bool> Done(Task work)
    {
        await work;
        return true;
    }
}
