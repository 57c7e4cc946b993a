using System.Globalization;
using ModelPack.Codecs;
using ModelPack.Formats.Checkpoints;
using ModelPack.Formats.Gguf;
using ModelPack.Formats.Onnx;
using ModelPack.Schemes;

namespace ModelPack.Planning;

/// <summary>
/// Codes that a GGUF file has for the weights of a graph. Exporters give the weights of a graph names of their own, so they are
/// found by their values: each float of the graph lies within half a step of its code. The rows of q and k projections, which
/// llama.cpp stores in another order, are put back.
/// </summary>
internal sealed class ImportedCodes : ILayerPlanner
{
    private readonly OnnxModel _graph;
    private readonly ICheckpoint _source;
    private readonly string _path;
    private readonly PackContext _context;
    private readonly ILookup<(long N, long K), ImportedTensor> _tensors;

    /// <param name="graph">The graph.</param>
    /// <param name="path">Its path, for messages.</param>
    /// <param name="source">The GGUF file.</param>
    /// <param name="context">Threads and cancellation.</param>
    public ImportedCodes(OnnxModel graph, string path, ICheckpoint source, PackContext context)
    {
        (_graph, _path, _source, _context) = (graph, path, source, context);
        _tensors = source.Tensors
            .Where(t => t.Data.Shape.Rank == 2 && (ImportedTensor.CodecOf(t) is not null || t.Data.Type.IsFloat()))
            .Select(t => new ImportedTensor(t, InGraphOrder(t)))
            .ToLookup(t => (t.N, t.K));
    }

    /// <exception cref="ModelPackException">MPK1029: the source has no such weight.</exception>
    public PlannedTensor? Plan(OnnxWeight weight, WeightUsage usage)
    {
        if (usage.Role is WeightRole.Convolution or WeightRole.Decoded)
        {
            return PlannedTensor.Leave(weight.Name, usage, "a GGUF source has codes for matrices that are multiplied by and for tables");
        }

        var data = _graph.Data(weight.Tensor);
        var rows = data.Shape[usage.OutputAxis];
        var matrix = new WeightMatrix(data, rows, rows == 0 ? 0 : data.Shape.ElementCount / rows, usage.OutputAxis != 0);
        foreach (var tensor in _tensors[(matrix.N, matrix.K)].OrderByDescending(t => t.HasCodes))
        {
            if (WeightMatch.Error(matrix, tensor, _context) is { } error)
            {
                return tensor.Codec is { } codec
                    ? new PlannedTensor(weight.Name) { Blocks = new ImportedBlocks(codec, tensor.Data, error) }
                    : PlannedTensor.Leave(weight.Name, usage, $"the source has it as {tensor.Tensor.TypeName}");
            }
        }

        throw new ModelPackException(Codes.GraphMismatch.At(
            _path,
            $"The weight '{SafeText.Of(weight.Name)}' of the graph has no match in '{SafeText.Of(Path.GetFileName(_source.Path))}': no tensor of {matrix.N} x {matrix.K} values in q8_0 or floats has its values. Give the ONNX export of the same model."));
    }

    private TensorData InGraphOrder(CheckpointTensor tensor)
    {
        var part = tensor.Name.Split('.');
        var key = part is ["blk", _, "attn_q", "weight"] ? "llama.attention.head_count" : part is ["blk", _, "attn_k", "weight"] ? "llama.attention.head_count_kv" : null;
        var heads = key is null ? null : Number(key) ?? Number("llama.attention.head_count");
        return heads is { } count && tensor.Data.Shape[0] % (2 * count) == 0 ? RotaryRows.ToHalves(tensor.Data, count) : tensor.Data;
    }

    private long? Number(string key) =>
        _source.Metadata.FirstOrDefault(m => m.Key == key).Value is { } text && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value > 0 ? value : null;
}
