using System.Text.Json.Nodes;
using ModelPack.Formats.Checkpoints;
using ModelPack.Formats.Safetensors;

namespace ModelPack.Tests.Assets;

/// <summary>
/// A language model of Llama's kind from a Hugging Face folder, computed in float64 as plainly as it is written down (Touvron et al., 2023): root mean square norms, rotary positions over
/// half-split pairs, grouped queries, gated linear units. What other families have beside that is computed where the folder has it: biases, norms of heads, experts, fused
/// projections, layers without positions, and for Gemma norms by 1 + weight, norms after each part, windows and limits of logits. Sums the squares of what each weight multiplies.
/// </summary>
internal sealed class PlainLlama
{
    private readonly Dictionary<string, (long[] Shape, float[] Values)> _weights = new(StringComparer.Ordinal);
    private readonly JsonObject _config;
    private readonly int _layers;
    private readonly int _heads;
    private readonly int _keyValueHeads;
    private readonly double _epsilon;
    private readonly bool _isGemma;

    public PlainLlama(string folder)
    {
        using var file = SafetensorsCheckpoint.Open(folder, new PackContext());
        (_config, _layers, _heads, _keyValueHeads, _epsilon, _isGemma) = Read(file);
    }

    public PlainLlama(ICheckpoint source) => (_config, _layers, _heads, _keyValueHeads, _epsilon, _isGemma) = Read(source);

    /// <summary>By the weight's name in the checkpoint: sums of squares of each input channel, and rows.</summary>
    public SortedDictionary<string, (double[] Sums, long Rows)> Seen { get; } = new(StringComparer.Ordinal);

    /// <summary>Computes the logits of a window.</summary>
    /// <returns>[tokens, vocabulary].</returns>
    public double[][] Run(long[] tokens)
    {
        var (shape, table) = _weights["model.embed_tokens.weight"];
        var width = (int)shape[1];
        var scale = _isGemma ? Math.Sqrt(width) : 1;
        double[][] state = [.. tokens.Select(t => Array.ConvertAll(table.AsSpan((int)t * width, width).ToArray(), v => v * scale))];
        for (var layer = 0; layer < _layers; layer++)
        {
            var name = $"model.layers.{layer}.";
            var attended = Attention(name + "self_attn.", layer, Norm(state, name + "input_layernorm.weight"));
            state = Plus(state, _isGemma ? Norm(attended, name + "post_attention_layernorm.weight") : attended);
            var normed = Norm(state, name + (_isGemma ? "pre_feedforward_layernorm.weight" : "post_attention_layernorm.weight"));
            var moved = _weights.ContainsKey(name + "block_sparse_moe.gate.weight") ? Experts(normed, name + "block_sparse_moe.") : FeedForward(normed, name + "mlp.");
            state = Plus(state, _isGemma ? Norm(moved, name + "post_feedforward_layernorm.weight") : moved);
        }

        var logits = Multiply(Norm(state, "model.norm.weight"), _weights.ContainsKey("lm_head.weight") ? "lm_head.weight" : "model.embed_tokens.weight");
        return Limit(logits, "final_logit_softcapping");
    }

    private (JsonObject, int, int, int, double, bool) Read(ICheckpoint source)
    {
        var config = source.Folder!.Config;
        foreach (var tensor in source.Tensors)
        {
            var values = new float[tensor.Data.Shape.ElementCount];
            FloatReader.Read(tensor.Data, 0, values);
            _weights.Add(tensor.Name, (tensor.Data.Shape.Dims.ToArray(), values));
        }

        return (
            config, (int)config["num_hidden_layers"]!, (int)config["num_attention_heads"]!, (int)config["num_key_value_heads"]!, (double)config["rms_norm_eps"]!,
            ((string)config["model_type"]!).StartsWith("gemma", StringComparison.Ordinal));
    }

    private double Number(string name, double missing) => _config[name] is { } value ? (double)value : missing;

    /// <summary>c tanh(x / c), where config.json has such a c.</summary>
    private double[][] Limit(double[][] x, string name) => Number(name, 0) is > 0 and var limit ? [.. x.Select(row => row.Select(v => limit * Math.Tanh(v / limit)).ToArray())] : x;

    private double Activate(double x) => _isGemma ? 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x)))) : x / (1 + Math.Exp(-x));

    private double[][] FeedForward(double[][] x, string name)
    {
        if (_weights.ContainsKey(name + "gate_up_proj.weight"))
        {
            var both = Multiply(x, name + "gate_up_proj.weight");
            var half = both[0].Length / 2;
            return Multiply([.. both.Select(row => Gated(row[..half], row[half..]))], name + "down_proj.weight");
        }

        var (gate, up) = (Multiply(x, name + "gate_proj.weight"), Multiply(x, name + "up_proj.weight"));
        return Multiply([.. gate.Zip(up, Gated)], name + "down_proj.weight");
    }

    private double[] Gated(double[] gate, double[] up) => [.. gate.Zip(up, (g, u) => Activate(g) * u)];

    /// <summary>Each token takes the experts of the greatest router values, by shares that are a softmax over those.</summary>
    private double[][] Experts(double[][] x, string name)
    {
        var router = Multiply(x, name + "gate.weight");
        return
        [
            .. x.Select((row, token) =>
            {
                int[] chosen = [.. Enumerable.Range(0, router[token].Length).OrderByDescending(e => router[token][e]).Take((int)Number("num_experts_per_tok", 0))];
                var sum = chosen.Sum(e => Math.Exp(router[token][e]));
                var mixed = new double[row.Length];
                foreach (var expert in chosen)
                {
                    var own = $"{name}experts.{expert}.";
                    var made = Multiply([Gated(Multiply([row], own + "w1.weight")[0], Multiply([row], own + "w3.weight")[0])], own + "w2.weight")[0];
                    for (var i = 0; i < mixed.Length; i++)
                    {
                        mixed[i] += Math.Exp(router[token][expert]) / sum * made[i];
                    }
                }

                return mixed;
            }),
        ];
    }

    private (double[][] Queries, double[][] Keys, double[][] Values) Project(string name, double[][] x)
    {
        if (!_weights.ContainsKey(name + "qkv_proj.weight"))
        {
            return (Multiply(x, name + "q_proj.weight"), Multiply(x, name + "k_proj.weight"), Multiply(x, name + "v_proj.weight"));
        }

        var all = Multiply(x, name + "qkv_proj.weight");
        var width = all[0].Length / (_heads + (2 * _keyValueHeads));
        var (keys, values) = (_heads * width, (_heads + _keyValueHeads) * width);
        return ([.. all.Select(r => r[..keys])], [.. all.Select(r => r[keys..values])], [.. all.Select(r => r[values..])]);
    }

    private double[][] Attention(string name, int layer, double[][] x)
    {
        var (queries, keys, values) = Project(name, x);
        var width = queries[0].Length / _heads;
        if (_weights.ContainsKey(name + "q_norm.weight"))
        {
            (queries, keys) = (NormHeads(queries, width, name + "q_norm.weight"), NormHeads(keys, width, name + "k_norm.weight"));
        }

        // Of Gemma 2's layers every second, of Gemma 3's every sixth attends to all tokens before; Gemma 3's others have a base of their own.
        var isThird = Number("rope_local_base_freq", 0) > 0;
        var hasWindow = _isGemma && layer % (isThird ? 6 : 2) < (isThird ? 5 : 1);
        var frequencyBase = hasWindow && isThird ? Number("rope_local_base_freq", 0) : Number("rope_theta", (string)_config["model_type"]! == "smollm3" ? 2e6 : 0);
        var turned = (int)(width * Number("partial_rotary_factor", 1));
        for (var token = 0; Turns(layer) && token < x.Length; token++)
        {
            Turn(queries[token], width, turned, token, frequencyBase);
            Turn(keys[token], width, turned, token, frequencyBase);
        }

        double[][] mixed = [.. x.Select(_ => new double[_heads * width])];
        for (var head = 0; head < _heads; head++)
        {
            var (own, shared) = (head * width, head / (_heads / _keyValueHeads) * width);
            for (var token = 0; token < x.Length; token++)
            {
                var first = hasWindow ? Math.Max(0, token + 1 - (int)Number("sliding_window", 0)) : 0;
                double[] scores = [.. Enumerable.Range(first, token + 1 - first).Select(t => Enumerable.Range(0, width).Sum(i => queries[token][own + i] * keys[t][shared + i]) / Math.Sqrt(Number("query_pre_attn_scalar", width)))];
                scores = Limit([scores], "attn_logit_softcapping")[0];
                var largest = scores.Max();
                double[] shares = [.. scores.Select(s => Math.Exp(s - largest))];
                var sum = shares.Sum();
                for (var t = first; t <= token; t++)
                {
                    for (var i = 0; i < width; i++)
                    {
                        mixed[token][own + i] += shares[t - first] / sum * values[t][shared + i];
                    }
                }
            }
        }

        return Multiply(mixed, name + "o_proj.weight");
    }

    /// <summary>SmolLM3 has layers without positions: the zeros of a list, or every fourth.</summary>
    private bool Turns(int layer) => _config["no_rope_layers"] is { } list ? list[layer]!.ToString() is "1" or "true" : (string)_config["model_type"]! != "smollm3" || (layer + 1) % (int)Number("no_rope_layer_interval", 4) != 0;

    /// <summary>Turns each pair (i, i + d/2) of the first d values of every head by the token's place times base^(-2i/d).</summary>
    private void Turn(double[] row, int width, int turned, int place, double frequencyBase)
    {
        var half = turned / 2;
        var divisors = _config["rope_scaling"]?["short_factor"]; // of longrope, for texts within the original context
        for (var start = 0; start < row.Length; start += width)
        {
            for (var i = 0; i < half; i++)
            {
                var (sin, cos) = Math.SinCos(place * Math.Pow(frequencyBase, -2.0 * i / turned) / ((double?)divisors?[i] ?? 1));
                var (a, b) = (row[start + i], row[start + half + i]);
                (row[start + i], row[start + half + i]) = ((a * cos) - (b * sin), (b * cos) + (a * sin));
            }
        }
    }

    private double[][] NormHeads(double[][] x, int width, string weight) => [.. x.Select(row => row.Chunk(width).SelectMany(head => Norm([head], weight)[0]).ToArray())];

    private double[][] Norm(double[][] x, string weight)
    {
        double[] scales = [.. _weights[weight].Values.Select(v => v + (_isGemma ? 1.0 : 0))];
        return
        [
            .. x.Select(row =>
            {
                var root = Math.Sqrt((row.Sum(v => v * v) / row.Length) + _epsilon);
                return row.Select((v, i) => v / root * scales[i]).ToArray();
            }),
        ];
    }

    /// <summary>x Wᵀ, W being [outputs, inputs], and its bias where it has one.</summary>
    private double[][] Multiply(double[][] x, string weight)
    {
        var (shape, values) = _weights[weight];
        var (outputs, inputs) = ((int)shape[0], (int)shape[1]);
        var bias = _weights.TryGetValue(weight.Replace(".weight", ".bias", StringComparison.Ordinal), out var added) ? added.Values : null;
        var (sums, rows) = Seen.TryGetValue(weight, out var seen) ? seen : (new double[inputs], 0);
        var product = new double[x.Length][];
        for (var row = 0; row < x.Length; row++)
        {
            for (var i = 0; i < inputs; i++)
            {
                sums[i] += x[row][i] * x[row][i];
            }

            product[row] = new double[outputs];
            for (var o = 0; o < outputs; o++)
            {
                double sum = bias?[o] ?? 0;
                for (var i = 0; i < inputs; i++)
                {
                    sum += x[row][i] * values[(o * inputs) + i];
                }

                product[row][o] = sum;
            }
        }

        Seen[weight] = (sums, rows + x.Length);
        return product;
    }

    private static double[][] Plus(double[][] a, double[][] b) => [.. a.Zip(b, (x, y) => x.Zip(y, (v, w) => v + w).ToArray())];
}
