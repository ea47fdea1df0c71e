using Azure.Core.Serialization;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.Extensions.Options;

namespace Tidemark.Embedded;

/// <summary>Inputs, results, events and custom statuses, by the worker's serializer.</summary>
internal sealed class WorkerDataConverter(IOptions<WorkerOptions> options) : DataConverter
{
    private ObjectSerializer Serializer => options.Value.Serializer!;

    public override string? Serialize(object? value) => value is null ? null : Serializer.Serialize(value, value.GetType()).ToString();

    public override object? Deserialize(string? data, Type targetType) =>
        data is null ? null : Serializer.Deserialize(BinaryData.FromString(data).ToStream(), targetType, CancellationToken.None);
}
