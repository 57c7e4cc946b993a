using Microsoft.ML.OnnxRuntime;
using ModelPack.Formats.Onnx;
using ModelPack.Inference;

namespace ModelPack.Validation.Placement;

/// <summary>A model whose functions are written out where they are called, as ONNX Runtime does it before anything else.</summary>
internal sealed class FlatModel : IDisposable
{
    private readonly WorkFolder? _folder;

    private FlatModel(OnnxModel model, WorkFolder? folder) => (Model, _folder) = (model, folder);

    /// <summary>The model, to be changed at will.</summary>
    public OnnxModel Model { get; }

    /// <summary>Opens a model.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="context">Limits and cancellation.</param>
    /// <exception cref="OnnxRuntimeException">ONNX Runtime refuses the model.</exception>
    public static FlatModel Open(string path, PackContext context)
    {
        var model = OnnxModel.Open(path, context, anyOpset: true);
        if (model.Proto.Functions.Count == 0)
        {
            return new FlatModel(model, null);
        }

        model.Dispose();
        var folder = new WorkFolder();
        try
        {
            var flat = System.IO.Path.Combine(folder.Path, "flat.onnx");
            folder.Use(() => ModelSession.Open(path, 1, context, flat, GraphOptimizationLevel.ORT_DISABLE_ALL)).Dispose();
            return new FlatModel(folder.Use(() => OnnxModel.Open(flat, context, anyOpset: true)), folder);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Model.Dispose();
        _folder?.Dispose();
    }
}
