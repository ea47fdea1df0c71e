using System.Buffers;
using System.Buffers.Text;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.ML.OnnxRuntime;

namespace Tidemark.Benchmarks.Servers;

/// <summary>
/// The peer "hand": the floor. It understands one shape of request, checks next to nothing, and spends as little as we know how:
/// a scanner instead of a JSON reader, the session bound once to pinned buffers per thread, the answer written into Kestrel's buffer.
/// </summary>
internal static class Hand
{
    [ThreadStatic]
    private static Slot? slot;

    public static void Map(WebApplication app, InferenceSession session) => app.MapPost(Server.Route, context =>
    {
        ValueTask<ReadResult> body = ReadAsync(context.Request.BodyReader, context.Request.ContentLength);
        if (!body.IsCompletedSuccessfully) return AnswerLaterAsync(context, session, body);
        Answer(context, session, body.Result);
        return Task.CompletedTask;
    });

    private static async Task AnswerLaterAsync(HttpContext context, InferenceSession session, ValueTask<ReadResult> body) =>
        Answer(context, session, await body);

    private static ValueTask<ReadResult> ReadAsync(PipeReader reader, long? length)
    {
        if (!reader.TryRead(out ReadResult result)) return ReadRestAsync(reader, length);
        if (Whole(result, length)) return new(result);
        reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        return ReadRestAsync(reader, length);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<ReadResult> ReadRestAsync(PipeReader reader, long? length)
    {
        while (true)
        {
            ReadResult result = await reader.ReadAsync();
            if (Whole(result, length)) return result;
            reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }

    private static bool Whole(ReadResult result, long? length) => result.IsCompleted || result.Buffer.Length >= length;

    private static void Answer(HttpContext context, InferenceSession session, ReadResult body)
    {
        Slot mine = slot ??= new Slot(session);
        bool read = Read(body.Buffer, mine);
        context.Request.BodyReader.AdvanceTo(body.Buffer.End);
        if (!read)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }
        session.RunWithBinding(mine.Options, mine.Binding);
        PipeWriter writer = context.Response.BodyWriter;
        int written = Write(writer.GetSpan(512), mine);
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = written;
        writer.Advance(written);
    }

    private static bool Read(in ReadOnlySequence<byte> body, Slot into)
    {
        if (body.IsSingleSegment) return HandReader.TryRead(body.FirstSpan, into);
        byte[] joined = ArrayPool<byte>.Shared.Rent((int)body.Length);
        body.CopyTo(joined);
        bool read = HandReader.TryRead(joined.AsSpan(0, (int)body.Length), into);
        ArrayPool<byte>.Shared.Return(joined);
        return read;
    }

    private static int Write(Span<byte> to, Slot from)
    {
        int at = Copy("{\"model_name\":\"m\",\"id\":\""u8, to, 0);
        at = Copy(from.Id.AsSpan(0, from.IdLength), to, at);
        at = Copy("\",\"outputs\":[{\"name\":\"probabilities\",\"datatype\":\"FP32\",\"shape\":[1,2],\"data\":["u8, to, at);
        Utf8Formatter.TryFormat(from.Output[0], to[at..], out int digits);
        at = Copy(","u8, to, at + digits);
        Utf8Formatter.TryFormat(from.Output[1], to[at..], out digits);
        return Copy("]}]}"u8, to, at + digits);
    }

    private static int Copy(ReadOnlySpan<byte> text, Span<byte> to, int at)
    {
        text.CopyTo(to[at..]);
        return at + text.Length;
    }

    /// <summary>One thread's pinned buffers and the session bound to them.</summary>
    internal sealed class Slot
    {
        public Slot(InferenceSession session)
        {
            Binding = session.CreateIoBinding();
            Binding.BindInput("input", OrtValue.CreateTensorValueFromMemory(Input, [1, Input.Length]));
            Binding.BindOutput("probabilities", OrtValue.CreateTensorValueFromMemory(Output, [1, Output.Length]));
        }

        public float[] Input { get; } = GC.AllocateArray<float>(Models.BenchmarkModels.Features, pinned: true);

        public float[] Output { get; } = GC.AllocateArray<float>(2, pinned: true);

        public byte[] Id { get; } = new byte[64];

        public int IdLength { get; set; }

        public OrtIoBinding Binding { get; }

        public RunOptions Options { get; } = new();
    }
}
