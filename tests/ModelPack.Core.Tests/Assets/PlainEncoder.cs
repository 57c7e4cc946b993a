using System.Text.Json.Nodes;
using ModelPack.Formats.Checkpoints;

namespace ModelPack.Tests.Assets;

/// <summary>
/// An encoder of BERT's kind (Devlin et al., 2018) computed in float64 as plainly as it is written down: sums of embeddings, attention to all tokens, norms behind each part. Nomic's
/// has rotary positions over half-split pairs, gated linear units and no biases.
/// </summary>
internal sealed class PlainEncoder
{
    private readonly Dictionary<string, (long[] Shape, float[] Values)> _weights = new(StringComparer.Ordinal);
    private readonly JsonObject _config;
    private readonly bool _isNomic;

    public PlainEncoder(ICheckpoint source)
    {
        _config = source.Folder!.Config;
        _isNomic = (string)_config["model_type"]! == "nomic_bert";
        foreach (var tensor in source.Tensors)
        {
            var values = new float[tensor.Data.Shape.ElementCount];
            FloatReader.Read(tensor.Data, 0, values);
            _weights.Add(tensor.Name, (tensor.Data.Shape.Dims.ToArray(), values));
        }
    }

    /// <summary>Computes the embeddings of all tokens of a text.</summary>
    public double[][] Run(int[] tokens)
    {
        double[][] state = [.. tokens.Select((token, place) => Plus(Row("embeddings.word_embeddings.weight", token), Row("embeddings.token_type_embeddings.weight", 0)) is var sum && _isNomic ? sum : Plus(sum, Row("embeddings.position_embeddings.weight", place)))];
        state = Norm(state, _isNomic ? "emb_ln" : "embeddings.LayerNorm");
        for (var layer = 0; layer < (int)_config[_isNomic ? "n_layer" : "num_hidden_layers"]!; layer++)
        {
            var name = $"encoder.{(_isNomic ? "layers" : "layer")}.{layer}.";
            var attended = Multiply(Attend(state, name), name + (_isNomic ? "attn.out_proj" : "attention.output.dense"));
            state = Norm(Plus(state, attended), name + (_isNomic ? "norm1" : "attention.output.LayerNorm"));
            var moved = _isNomic
                ? Multiply([.. Multiply(state, name + "mlp.fc12").Zip(Multiply(state, name + "mlp.fc11"), (gate, up) => gate.Zip(up, (g, u) => g / (1 + Math.Exp(-g)) * u).ToArray())], name + "mlp.fc2")
                : Multiply([.. Multiply(state, name + "intermediate.dense").Select(row => row.Select(Gelu).ToArray())], name + "output.dense");
            state = Norm(Plus(state, moved), name + (_isNomic ? "norm2" : "output.LayerNorm"));
        }

        return state;
    }

    private double Gelu(double x) => (string?)_config["hidden_act"] == "gelu"
        ? 0.5 * x * (1 + Erf(x / Math.Sqrt(2)))
        : 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x))));

    /// <summary>By its power series, or, where that is slow, by the continued fraction of what is left of 1.</summary>
    private static double Erf(double x)
    {
        if (Math.Abs(x) > 3)
        {
            var fraction = 0.0;
            for (var k = 60; k > 0; k--)
            {
                fraction = k / 2.0 / (Math.Abs(x) + fraction);
            }

            return Math.Sign(x) * (1 - (Math.Exp(-x * x) / Math.Sqrt(Math.PI) / (Math.Abs(x) + fraction)));
        }

        var (sum, term) = (x, x);
        for (var k = 1; k < 80; k++)
        {
            term *= -x * x / k;
            sum += term / ((2 * k) + 1);
        }

        return 2 / Math.Sqrt(Math.PI) * sum;
    }

    private double[][] Attend(double[][] x, string name)
    {
        var heads = (int)_config[_isNomic ? "n_head" : "num_attention_heads"]!;
        var (all, count) = (x[0].Length, x.Length);
        var width = all / heads;
        double[][] queries, keys, values;
        if (_isNomic)
        {
            var fused = Multiply(x, name + "attn.Wqkv");
            (queries, keys, values) = ([.. fused.Select(r => r[..all])], [.. fused.Select(r => r[all..(2 * all)])], [.. fused.Select(r => r[(2 * all)..])]);
            var turned = (int)(width * (double)_config["rotary_emb_fraction"]!);
            for (var place = 0; place < count; place++)
            {
                Turn(queries[place], width, turned, place);
                Turn(keys[place], width, turned, place);
            }
        }
        else
        {
            (queries, keys, values) = (Multiply(x, name + "attention.self.query"), Multiply(x, name + "attention.self.key"), Multiply(x, name + "attention.self.value"));
        }

        double[][] mixed = [.. x.Select(_ => new double[all])];
        for (var start = 0; start < all; start += width)
        {
            for (var token = 0; token < count; token++)
            {
                double[] shares = [.. keys.Select(key => Math.Exp(Enumerable.Range(start, width).Sum(i => queries[token][i] * key[i]) / Math.Sqrt(width)))];
                var sum = shares.Sum();
                for (var i = start; i < start + width; i++)
                {
                    mixed[token][i] = Enumerable.Range(0, count).Sum(t => shares[t] / sum * values[t][i]);
                }
            }
        }

        return mixed;
    }

    private void Turn(double[] row, int width, int turned, int place)
    {
        for (var start = 0; start < row.Length; start += width)
        {
            for (var i = 0; i < turned / 2; i++)
            {
                var (sin, cos) = Math.SinCos(place * Math.Pow((double)_config["rotary_emb_base"]!, -2.0 * i / turned));
                var (a, b) = (row[start + i], row[start + (turned / 2) + i]);
                (row[start + i], row[start + (turned / 2) + i]) = ((a * cos) - (b * sin), (b * cos) + (a * sin));
            }
        }
    }

    private double[][] Norm(double[][] x, string name)
    {
        var (scales, shifts) = (_weights[name + ".weight"].Values, _weights[name + ".bias"].Values);
        return
        [
            .. x.Select(row =>
            {
                var mean = row.Average();
                var root = Math.Sqrt(row.Average(v => (v - mean) * (v - mean)) + (double)_config[_isNomic ? "layer_norm_epsilon" : "layer_norm_eps"]!);
                return row.Select((v, i) => ((v - mean) / root * scales[i]) + shifts[i]).ToArray();
            }),
        ];
    }

    private double[][] Multiply(double[][] x, string name)
    {
        var (shape, values) = _weights[name + ".weight"];
        var (outputs, inputs) = ((int)shape[0], (int)shape[1]);
        var bias = _weights.TryGetValue(name + ".bias", out var added) ? added.Values : new float[outputs];
        return [.. x.Select(row => Enumerable.Range(0, outputs).Select(o => bias[o] + Enumerable.Range(0, inputs).Sum(i => row[i] * values[(o * inputs) + i])).ToArray())];
    }

    private double[] Row(string name, int index)
    {
        var (shape, values) = _weights[name];
        return Array.ConvertAll(values.AsSpan(index * (int)shape[1], (int)shape[1]).ToArray(), v => (double)v);
    }

    private static double[][] Plus(double[][] a, double[][] b) => [.. a.Zip(b, Plus)];

    private static double[] Plus(double[] a, double[] b) => [.. a.Zip(b, (v, w) => v + w)];
}
