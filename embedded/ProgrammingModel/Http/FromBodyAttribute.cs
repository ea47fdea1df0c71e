using Microsoft.Azure.Functions.Worker.Converters;
using Tidemark.Embedded;

namespace Microsoft.Azure.Functions.Worker.Http;

/// <summary>Binds a parameter to the JSON body of the request (camelCase or as declared, case-insensitive).</summary>
public class FromBodyAttribute : InputConverterAttribute
{
    public FromBodyAttribute()
        : base(typeof(FromBodyConverter))
    {
    }
}
