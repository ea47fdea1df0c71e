using System.Text;
using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Converters;
using Microsoft.Extensions.DependencyInjection;
using Tidemark.Embedded;
using Xunit;

namespace Tidemark.Tests.Embedded.Functions;

public sealed class BindingTests : IAsyncDisposable
{
    private readonly Recorder recorder = new();
    private readonly RunningHost host;

    public BindingTests() => host = RunningHost.Idle([typeof(Bound)], b => b.Services.AddSingleton(recorder));

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Theory]
    [InlineData("Text")]
    [InlineData("Bytes")]
    [InlineData("Data")]
    [InlineData("Message")]
    public async Task A_queue_message_binds_as_text_bytes_data_and_itself(string function)
    {
        InvocationOutcome outcome = await host.InvokeAsync(function, Message("grüße"));

        Assert.True(outcome.Succeeded, outcome.Error?.ToString());
        Assert.Equal(["grüße"], recorder.Seen);
    }

    [Fact]
    public async Task A_queue_message_binds_to_an_object_whatever_the_case_of_its_names()
    {
        InvocationOutcome outcome = await host.InvokeAsync("Object", Message("""{"model": "heart", "ROWS": 3}"""));

        Assert.True(outcome.Succeeded, outcome.Error?.ToString());
        Assert.Equal([new Order("heart", 3)], recorder.Seen);
    }

    [Fact]
    public async Task Bad_json_fails_the_invocation_before_the_function_runs()
    {
        InvocationOutcome outcome = await host.InvokeAsync("Object", Message("{"));

        FunctionInputConverterException error = Assert.IsType<FunctionInputConverterException>(outcome.Error);
        Assert.StartsWith(
            "Error converting 1 input parameters for Function 'Object': Cannot convert input parameter 'order' to type ", error.Message, StringComparison.Ordinal);
        Assert.Empty(recorder.Seen);
    }

    [Fact]
    public async Task A_number_does_not_bind_from_quoted_json()
    {
        InvocationOutcome outcome = await host.InvokeAsync("Object", Message("""{"model": "heart", "rows": "3"}"""));

        Assert.IsType<FunctionInputConverterException>(outcome.Error);
    }

    [Fact]
    public async Task Parameters_bind_by_name_to_what_the_trigger_says_of_itself()
    {
        InvocationOutcome outcome = await host.InvokeAsync(
            "Named", Message("x"),
            ("DequeueCount", "2"), ("Id", "7f1c7a10-2d4e-4f7a-9c57-0a6a4f1f6d1e"), ("InsertionTime", "\"2026-11-20T12:00:00+00:00\""), ("Day", "2026-11-20"));

        Assert.True(outcome.Succeeded, outcome.Error?.ToString());
        Assert.Equal(
            [2, Guid.Parse("7f1c7a10-2d4e-4f7a-9c57-0a6a4f1f6d1e"), new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero), new DateTime(2026, 11, 20), null, 42],
            recorder.Seen);
    }

    [Fact]
    public async Task A_value_that_nothing_delivers_and_that_may_not_be_null_fails()
    {
        InvocationOutcome outcome = await host.InvokeAsync("Missing", Message("x"));

        Assert.Contains("Could not populate the value for 'priority' parameter", outcome.Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Context_and_token_bind_anywhere()
    {
        InvocationOutcome outcome = await host.InvokeAsync("Context", Message("x"));

        Assert.True(outcome.Succeeded, outcome.Error?.ToString());
        Assert.Equal(["Context", true, "x"], recorder.Seen);
    }

    [Fact]
    public async Task A_parameter_and_a_type_may_name_their_converter()
    {
        InvocationOutcome outcome = await host.InvokeAsync("Converted", Message("abc"));

        Assert.True(outcome.Succeeded, outcome.Error?.ToString());
        Assert.Equal(["cba", 3], recorder.Seen);
    }

    [Fact]
    public async Task A_registered_converter_comes_before_the_built_in_ones_where_the_app_puts_it()
    {
        await using RunningHost own = RunningHost.Idle([typeof(Bound)], b =>
        {
            b.Services.AddSingleton(recorder);
            b.Services.Configure<WorkerOptions>(o => o.InputConverters.RegisterAt<Shout>(0));
        });

        await own.InvokeAsync("Text", Message("abc"));

        Assert.Equal(["ABC"], recorder.Seen);
    }

    private static QueueMessage Message(string body) => QueuesModelFactory.QueueMessage("id", "receipt", BinaryData.FromString(body), 1);

    internal sealed record Order(string Model, int Rows);

    [InputConverter(typeof(MeasureText))]
    internal sealed record Length(int Value);

    internal sealed class Reverse : IInputConverter
    {
        public ValueTask<ConversionResult> ConvertAsync(ConverterContext context) =>
            new(ConversionResult.Success(new string([.. ((QueueMessage)context.Source!).Body.ToString().Reverse()])));
    }

    internal sealed class MeasureText : IInputConverter
    {
        public ValueTask<ConversionResult> ConvertAsync(ConverterContext context) => new(ConversionResult.Success(new Length(3)));
    }

    internal sealed class Shout : IInputConverter
    {
        public ValueTask<ConversionResult> ConvertAsync(ConverterContext context) => new(context is { Source: QueueMessage message } && context.TargetType == typeof(string)
            ? ConversionResult.Success(message.Body.ToString().ToUpperInvariant())
            : ConversionResult.Unhandled());
    }

    internal sealed class Bound(Recorder recorder)
    {
        [Function(nameof(Text))]
        public void Text([QueueTrigger("q")] string message) => recorder.Add(message);

        [Function(nameof(Bytes))]
        public void Bytes([QueueTrigger("q")] byte[] message) => recorder.Add(Encoding.UTF8.GetString(message));

        [Function(nameof(Data))]
        public Task Data([QueueTrigger("q")] BinaryData message)
        {
            recorder.Add(message.ToString());
            return Task.CompletedTask;
        }

        [Function(nameof(Message))]
        public async ValueTask Message([QueueTrigger("q")] QueueMessage message)
        {
            await Task.Yield();
            recorder.Add(message.Body.ToString());
        }

        [Function(nameof(Object))]
        public void Object([QueueTrigger("q")] Order order) => recorder.Add(order);

        [Function(nameof(Named))]
        public void Named(
            [QueueTrigger("q")] string message, int dequeueCount, Guid id, DateTimeOffset insertionTime, DateTime day, string? absent, int chosen = 42)
        {
            foreach (object? value in new object?[] { dequeueCount, id, insertionTime, day, absent, chosen })
                recorder.Add(value);
        }

        [Function(nameof(Missing))]
        public void Missing([QueueTrigger("q")] string message, int priority) => recorder.Add(priority);

        [Function(nameof(Context))]
        public void Context(CancellationToken cancellation, FunctionContext context, [QueueTrigger("q")] string message)
        {
            recorder.Add(context.FunctionDefinition.Name);
            recorder.Add(cancellation.CanBeCanceled);
            recorder.Add(message);
        }

        [Function(nameof(Converted))]
        public void Converted([QueueTrigger("q"), InputConverter(typeof(Reverse))] string message, Length length)
        {
            recorder.Add(message);
            recorder.Add(length.Value);
        }
    }
}
