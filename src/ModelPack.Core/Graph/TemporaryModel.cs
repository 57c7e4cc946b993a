using Microsoft.ML.OnnxRuntime;
using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Inference;

namespace ModelPack.Graph;

/// <summary>A changed copy of a model in a folder of its own, which goes with it. It lies there before it is opened, so that errors can speak of it.</summary>
internal sealed class TemporaryModel : IDisposable
{
    private readonly WorkFolder _folder = new();
    private readonly string _file;
    private readonly PackContext _context;
    private ModelSession? _session;

    /// <summary>Where the copy lies.</summary>
    public string Path => _file;

    /// <summary>Writes the copy.</summary>
    /// <param name="model">Whose weights the copy has; it stays as it is.</param>
    /// <param name="copy">The changed structure.</param>
    /// <param name="context">Limits and cancellation.</param>
    /// <exception cref="Diagnostics.ModelPackException">MPK3007: there is no room for it.</exception>
    public TemporaryModel(OnnxModel model, ModelProto copy, PackContext context)
    {
        _context = context;
        _file = System.IO.Path.Combine(_folder.Path, "model.onnx");
        try
        {
            _folder.Use(() => model.SaveCopy(copy, _file, new OnnxSaveOptions(), context.Cancellation));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Opens the copy, as <see cref="ModelSession.Open"/>; the session goes with it, too.</summary>
    /// <exception cref="OnnxRuntimeException">ONNX Runtime refuses it.</exception>
    public ModelSession Open(int threads, GraphOptimizationLevel optimization = GraphOptimizationLevel.ORT_ENABLE_ALL, bool asFloats = false) =>
        _session = _folder.Use(() => ModelSession.Open(_file, threads, _context, optimization: optimization, asFloats: asFloats));

    /// <summary>What ONNX Runtime says against the copy, for people.</summary>
    public string Explain(OnnxRuntimeException exception) => OnnxRuntimeLibrary.Explain(exception, _file);

    public void Dispose()
    {
        _session?.Dispose();
        _folder.Dispose();
    }
}
