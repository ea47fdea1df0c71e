using System.Diagnostics.Metrics;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Tidemark.Platform.Errors;
using Tidemark.Prediction;
using Tidemark.Registry;
using Tidemark.Tests.Platform.Inference;
using Xunit;

namespace Tidemark.Tests.Prediction;

public sealed class AllocationTests
{
    private static readonly PredictionOptions Limits = new();

    private static LoadedModel Load(OnnxWriter writer) =>
        LoadedModel.Load(ModelName.Parse("model").Value, ModelVersion.Parse("1").Value, writer.ToBytes(), Limits.KeptBufferBytes).Value!;

    private static long PerRequest(LoadedModel model, PredictionProtocol protocol, string body)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(body);
        for (int i = 0; i < 200; i++) Once();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++) Once();
        return (GC.GetAllocatedBytesForCurrentThread() - before) / 100;

        void Once()
        {
            var exchange = model.Rent();
            Assert.Null(protocol.Read(bytes, model, exchange));
            Assert.Null(exchange.Slot.Run(exchange.Batch));
            protocol.Write(model, exchange);
            model.Return(exchange);
        }
    }

    [Fact]
    public void A_request_of_one_row_and_one_of_a_thousand_allocate_nothing()
    {
        var model = Load(Models.Linear([.. Enumerable.Range(0, 30).Select(i => (float)i)]));
        var protocol = new OpenInference(Options.Create(Limits));
        foreach (int rows in new[] { 1, 1000 })
        {
            string data = string.Join(',', Enumerable.Range(0, rows * 30).Select(i => $"{i % 7}.25"));
            Assert.Equal(0, PerRequest(model, protocol, $$"""{"id":"a","inputs":[{"name":"x","shape":[{{rows}},30],"datatype":"FP32","data":[{{data}}]}]}"""));
        }

        model.Release();
    }

    [Fact]
    public void Tables_of_numbers_and_text_allocate_per_answered_text_only()
    {
        var columns = Models.Columns();
        var model = Load(columns);
        var protocol = new MlflowScoring(Options.Create(Limits));
        string Split(int rows) => """{"dataframe_split":{"columns":["age","thal"],"data":[""" + string.Join(',', Enumerable.Repeat("""[41,"normal"]""", rows)) + "]}}";
        long one = PerRequest(model, protocol, Split(1));
        long thousand = PerRequest(model, protocol, Split(1000));
        // ONNX Runtime's wrapper makes one small array per string that comes out; nothing else grows with the rows.
        Assert.True(thousand - one <= 999 * 40, $"{one} bytes for one row, {thousand} for a thousand");
        model.Release();
    }

    [Fact]
    public async Task A_known_model_is_acquired_without_allocating()
    {
        var shelf = new ModelShelf();
        PredictionHost.Add(shelf, "mm", Models.Linear([1]));
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var meters = services.GetRequiredService<IMeterFactory>();
        using var cache = new SessionCache(shelf.DownloadAsync, RowRules.NoneAsync, (_, _) => Task.CompletedTask, Options.Create(Limits), TimeProvider.System, new PredictionInstruments(meters), NullLogger<SessionCache>.Instance);
        var resolved = ModelShelf.Resolved("mm", "1");
        foreach (bool champion in new[] { true, false })
        {
            (await Acquire(champion)).Value.Dispose();
            Assert.Equal(0, Allocated(champion));
        }

        long Allocated(bool champion)
        {
            for (int i = 0; i < 200; i++) Now(Acquire(champion)).Dispose();
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 100; i++) Now(Acquire(champion)).Dispose();
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        ValueTask<Outcome<ModelLease>> Acquire(bool champion) => cache.AcquireAsync(resolved, champion, CancellationToken.None);
    }

    private static ModelLease Now(ValueTask<Outcome<ModelLease>> acquired)
    {
        Assert.True(acquired.IsCompletedSuccessfully);
        return acquired.Result.Value;
    }
}
