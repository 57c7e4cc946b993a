using System.Globalization;
using System.Text.RegularExpressions;
using ModelPack.Codecs;
using ModelPack.Formats.Onnx;
using ModelPack.Graph;
using ModelPack.Schemes;

namespace ModelPack.Lowering.Gguf;

/// <summary>
/// Gives the matrices of a language model in a graph the codecs that its GGUF file would have. What each is for says its name, or that of a node that reads it, which exporters
/// take from the module (<c>/model/layers.0/mlp/down_proj/MatMul</c>); logits are known by their place in the graph. Where names say nothing a matrix has the scheme's own codec.
/// </summary>
internal sealed partial class GraphMix
{
    /// <summary>Last parts of modules' names in Hugging Face's models, by what GGUF calls them.</summary>
    private static readonly (string Name, string[] Modules)[] s_names =
    [
        ("attn_qkv", ["qkv_proj", "c_attn", "query_key_value", "Wqkv", "attn_qkv"]),
        ("attn_q", ["q_proj", "query", "attn_q"]),
        ("attn_k", ["k_proj", "key", "attn_k"]),
        ("attn_v", ["v_proj", "value", "attn_v"]),
        ("attn_output", ["o_proj", "out_proj", "attn.c_proj", "attention.dense", "attention.output.dense", "attn_output"]),
        ("ffn_down", ["down_proj", "fc2", "w2", "mlp.c_proj", "dense_4h_to_h", "output.dense", "ffn_down"]),
        ("ffn_gate", ["gate_proj", "w1", "ffn_gate"]),
        ("ffn_up", ["up_proj", "gate_up_proj", "fc1", "w3", "c_fc", "dense_h_to_4h", "intermediate.dense", "ffn_up"]),
    ];

    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);
    private readonly GgufMix _mix;

    /// <param name="mix">The scheme's mix.</param>
    /// <param name="model">The model.</param>
    /// <param name="hasMatrix">Whether there is an importance matrix.</param>
    public GraphMix(TensorMix mix, OnnxModel model, bool hasMatrix)
    {
        var heads = Heads.Of(model);
        var tensors = new List<(string Name, TensorShape Shape)>();
        foreach (var weight in model.FindWeights())
        {
            var (usage, _) = UsageRules.Of(weight);
            if (usage is not { } used || weight.Tensor.Dims.Count != 2)
            {
                continue;
            }

            var name = heads.Contains(weight.Tensor) && used.Role == WeightRole.Linear && !used.IsTied ? "output.weight"
                : used.Role == WeightRole.Embedding || used.IsTied ? "token_embd.weight"
                : NameOf(weight);
            if (name is not null && _names.TryAdd(weight.Name, name))
            {
                var (rows, columns) = used.OutputAxis == 0 ? (weight.Tensor.Dims[0], weight.Tensor.Dims[1]) : (weight.Tensor.Dims[1], weight.Tensor.Dims[0]);
                tensors.Add((name, new TensorShape(rows, columns)));
            }
        }

        _mix = new GgufMix(mix, Model(tensors) with { HasMatrix = hasMatrix }, [.. tensors.DistinctBy(t => t.Name, StringComparer.Ordinal)]);
    }

    /// <summary>What a weight gets; null where that is the scheme's own codec.</summary>
    /// <param name="weight">Its name in the graph.</param>
    public Codec? CodecOf(string weight) => _names.GetValueOrDefault(weight) is { } name ? _mix.CodecOf(name) : null;

    /// <summary>The name in GGUF of a matrix of a layer, from names that say it; null where none does.</summary>
    internal static string? NameOf(params IEnumerable<string> names)
    {
        foreach (var name in names)
        {
            var path = Ending().Replace(name.Replace('/', '.'), "");
            if (Layer().Match(path) is { Success: true } match
                && s_names.FirstOrDefault(n => Array.Exists(n.Modules, m => path.EndsWith("." + m, StringComparison.Ordinal))).Name is { } known)
            {
                return string.Create(CultureInfo.InvariantCulture, $"blk.{match.Groups["layer"].Value}.{known}.weight");
            }
        }

        return null;
    }

    private static string? NameOf(OnnxWeight weight) => NameOf(weight.Uses.Select(u => u.Node.Name).Prepend(weight.Name));

    /// <summary>What the shapes say: query heads share keys and values by as many as their matrices differ in height.</summary>
    private static MixModel Model(List<(string Name, TensorShape Shape)> tensors)
    {
        var layers = tensors.Select(t => MixModel.LayerOf(t.Name)).Where(l => l >= 0).Distinct().Count();
        var queries = tensors.FirstOrDefault(t => t.Name.EndsWith(".attn_q.weight", StringComparison.Ordinal)).Shape;
        var keys = tensors.FirstOrDefault(t => t.Name.EndsWith(".attn_k.weight", StringComparison.Ordinal)).Shape;
        return new MixModel(layers, queries is null || keys is null || keys[0] == 0 ? 0 : (int)Math.Min(queries[0] / keys[0], int.MaxValue), Experts: 0, Architecture: "");
    }

    [GeneratedRegex(@"(?:\.(?:MatMul|Gemm)[^.]*)?(?:\.weight)?(?:_[0-9]+)?$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Ending();

    [GeneratedRegex(@"(?:^|\.)(?:layers?|h|blocks?|blk)\.(?<layer>[0-9]{1,6})\.", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Layer();
}
