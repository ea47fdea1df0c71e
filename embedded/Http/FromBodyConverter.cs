using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Converters;
using Microsoft.Extensions.DependencyInjection;

namespace Tidemark.Embedded;

/// <summary>Binds a parameter to the request's body with MVC's own binder, so that MVC's JSON options hold.</summary>
internal sealed class FromBodyConverter : IInputConverter
{
    public async ValueTask<ConversionResult> ConvertAsync(ConverterContext context)
    {
        HttpContext http = context.FunctionContext.GetHttpContext()
            ?? throw new InvalidOperationException("[FromBody] works on functions with an HTTP trigger only.");
        IServiceProvider services = context.FunctionContext.InstanceServices;
        ModelMetadata metadata = services.GetRequiredService<IModelMetadataProvider>().GetMetadataForType(context.TargetType);
        IModelBinder binder = services.GetRequiredService<IModelBinderFactory>().CreateBinder(new ModelBinderFactoryContext
        {
            Metadata = metadata,
            BindingInfo = new BindingInfo { BindingSource = BindingSource.Body },
        });
        var binding = new DefaultModelBindingContext
        {
            ModelMetadata = metadata,
            ModelName = "",
            BindingSource = BindingSource.Body,
            ModelState = new ModelStateDictionary(),
            ActionContext = new ActionContext { HttpContext = http },
        };

        await binder.BindModelAsync(binding);
        if (binding.Result.IsModelSet)
            return ConversionResult.Success(binding.Result.Model);
        string errors = string.Join(' ', binding.ModelState.Values.SelectMany(v => v.Errors).Select(e => e.ErrorMessage));
        throw new InvalidOperationException($"The request body does not bind to {context.TargetType.Name}. {errors}");
    }
}
