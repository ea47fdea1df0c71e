using System.Collections;
using Azure.Core.Serialization;
using Microsoft.Azure.Functions.Worker.Converters;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Options of the programming model.</summary>
public class WorkerOptions
{
    private const string UserCodeException = "EnableUserCodeException";
    private const string EmptyEntries = "IncludeEmptyEntriesInMessagePayload";

    /// <summary>Serializer of queue messages, outputs and <c>WriteAsJsonAsync</c>: names as declared, read case-insensitively.</summary>
    public ObjectSerializer? Serializer { get; set; }

    public InputConverterCollection InputConverters { get; } = [];

    public IDictionary<string, string> Capabilities { get; } = new Dictionary<string, string>
    {
        [UserCodeException] = bool.TrueString,
        [EmptyEntries] = bool.TrueString,
    };

    [Obsolete("This is now the default behaviour. This property may be unavailable in future releases.", false)]
    public bool EnableUserCodeException
    {
        get => Capabilities.ContainsKey(UserCodeException);
        set => Set(UserCodeException, value);
    }

    public bool IncludeEmptyEntriesInMessagePayload
    {
        get => Capabilities.ContainsKey(EmptyEntries);
        set => Set(EmptyEntries, value);
    }

    private void Set(string capability, bool on)
    {
        if (on)
            Capabilities[capability] = bool.TrueString;
        else
            Capabilities.Remove(capability);
    }
}

/// <summary>Types of the converters that are asked in turn to make a parameter's value.</summary>
public sealed class InputConverterCollection : IEnumerable<Type>
{
    private readonly List<Type> types = [];

    public void Register<T>() where T : IInputConverter => types.Add(typeof(T));

    public void RegisterAt<T>(int index) where T : IInputConverter => types.Insert(index, typeof(T));

    public void Clear() => types.Clear();

    public IEnumerator<Type> GetEnumerator() => types.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
