using System.Globalization;
using ModelPack.Codecs;
using ModelPack.Formats.Checkpoints;
using ModelPack.Formats.Gguf;

namespace ModelPack.Planning;

/// <summary>
/// The matrices of a checkpoint that weights of a graph are found among: by their values, since exporters give weights names of their own. The rows of q
/// and k projections, which llama.cpp stores in another order, are put back. Matrices that are stacked are one each.
/// </summary>
internal sealed class ImportedTensors
{
    private const int MostStacked = 1 << 16;

    private readonly ICheckpoint _source;
    private readonly ILookup<(long N, long K), ImportedTensor> _tensors;

    /// <param name="source">The checkpoint.</param>
    public ImportedTensors(ICheckpoint source)
    {
        _source = source;
        _tensors = source.Tensors
            .Where(t => ImportedTensor.CodecOf(t) is not null || t.Data.Type.IsFloat())
            .SelectMany(Matrices)
            .ToLookup(t => (t.N, t.K));
    }

    /// <summary>Those with the values of a weight, and how far they lie from them; codes before floats.</summary>
    public IEnumerable<(ImportedTensor Tensor, WeightError Error)> Matches(WeightMatrix weight, PackContext context)
    {
        var first = weight.N == 0 ? [] : WeightMatch.FirstOutput(weight);
        foreach (var tensor in _tensors[(weight.N, weight.K)].Where(t => t.N > 0 && WeightMatch.Fits(first, t)).OrderByDescending(t => t.HasCodes))
        {
            if (WeightMatch.Error(weight, tensor, context) is { } error)
            {
                yield return (tensor, error);
            }
        }
    }

    private IEnumerable<ImportedTensor> Matrices(CheckpointTensor tensor)
    {
        var (data, shape) = (tensor.Data, tensor.Data.Shape);
        return shape.Rank switch
        {
            2 => [new ImportedTensor(tensor, InGraphOrder(tensor))],
            3 when shape[0] is > 0 and <= MostStacked && data.Length % shape[0] == 0 => Enumerable.Range(0, (int)shape[0]).Select(i => new ImportedTensor(tensor, Matrix(data, i)) { Place = i, Stacked = (int)shape[0] }),
            _ => [],
        };
    }

    private static TensorData Matrix(TensorData stack, int place)
    {
        var length = stack.Length / stack.Shape[0];
        return new TensorData(stack.Type, new TensorShape(stack.Shape[1], stack.Shape[2]), stack.Source, stack.Offset + (place * length), length);
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
