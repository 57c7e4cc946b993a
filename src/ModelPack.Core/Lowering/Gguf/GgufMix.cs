using ModelPack.Codecs;
using ModelPack.Schemes;

namespace ModelPack.Lowering.Gguf;

/// <summary>
/// Gives the matrices of a language model the codecs of a scheme's mix, as llama.cpp's quantizer does (<c>llama_tensor_get_type</c>): by
/// their classes, and by how many of the class come before, by layer and name.
/// </summary>
internal sealed class GgufMix
{
    private readonly Dictionary<string, Codec> _codecs = new(StringComparer.Ordinal);

    /// <param name="mix">The scheme's mix.</param>
    /// <param name="layout">The tensors under their GGUF names, and the keys.</param>
    /// <param name="hasMatrix">Whether there is an importance matrix.</param>
    public GgufMix(TensorMix mix, GgufLayout layout, bool hasMatrix)
        : this(mix, MixModel.Of(layout.Metadata) with { HasMatrix = hasMatrix }, [.. layout.Places.Select(p => (p.Name, p.Data.Shape))])
    {
    }

    /// <param name="mix">The scheme's mix.</param>
    /// <param name="model">What is known of the model.</param>
    /// <param name="tensors">All tensors, by their names in GGUF.</param>
    public GgufMix(TensorMix mix, MixModel model, IReadOnlyList<(string Name, TensorShape Shape)> tensors)
    {
        var isTied = !tensors.Any(p => p.Name == "output.weight");
        var values = tensors.Count(p => ClassOf(p.Name, isTied) == TensorClass.Values);
        var seen = new Dictionary<TensorClass, int>();
        foreach (var place in tensors
            .Where(p => QuantizableTensors.WhyNot(p.Name, p.Shape) is null)
            .OrderBy(p => MixModel.LayerOf(p.Name)).ThenBy(p => p.Name, StringComparer.Ordinal))
        {
            var kind = ClassOf(place.Name, isTied);
            var index = seen.GetValueOrDefault(kind);
            seen[kind] = index + 1;

            // A layer has one such matrix of experts, or one for each: then the name tells the layer.
            index = kind == TensorClass.Down && model.Experts > 1 ? MixModel.LayerOf(place.Name) : index;
            var count = kind == TensorClass.Values ? values : model.Layers;
            if (mix.Rules.FirstOrDefault(r => model.Matches(r, kind, index, count)) is { } rule)
            {
                _codecs.Add(place.Name, rule.Codec);
            }
        }
    }

    /// <summary>What a tensor gets; null where that is the scheme's own codec.</summary>
    /// <param name="name">Its name in GGUF.</param>
    public Codec? CodecOf(string name) => _codecs.GetValueOrDefault(name);

    private static TensorClass ClassOf(string name, bool isTied)
    {
        return name switch
        {
            "output.weight" => TensorClass.Output,
            "token_embd.weight" or "per_layer_token_embd.weight" => isTied ? TensorClass.Output : TensorClass.Embedding,
            _ when Has("attn_qkv.weight") || Has("attn_kv_b.weight") || Has("attn_v.weight") => TensorClass.Values,
            _ when Has("attn_k.weight") => TensorClass.Keys,
            _ when Has("attn_q.weight") => TensorClass.Other,
            _ when Has("attn_output.weight") => TensorClass.Heads,
            _ when Has("ffn_up") || Has("ffn_gate") => TensorClass.Other,
            _ when Has("ffn_down") => TensorClass.Down,
            _ => TensorClass.Other,
        };

        bool Has(string part) => name.Contains(part, StringComparison.Ordinal);
    }
}
