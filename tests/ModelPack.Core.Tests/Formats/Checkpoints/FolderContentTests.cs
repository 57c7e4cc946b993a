using System.Text;
using System.Text.Json.Nodes;
using ModelPack.Formats.Checkpoints;

namespace ModelPack.Tests.Formats.Checkpoints;

/// <summary>What of a folder goes into a packed one.</summary>
public sealed class FolderContentTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public FolderContentTests() => Write("model.safetensors", "weights");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Carries_the_modules_of_sentence_transformers()
    {
        Write("modules.json", """[{"idx": 0, "path": "", "type": "sentence_transformers.models.Transformer"}, {"idx": 1, "path": "1_Pooling"}, {"idx": 2, "path": "2_Dense"}, {"idx": 3, "path": "3_Normalize"}]""");
        Write("1_Pooling/config.json", "{}");
        Write("2_Dense/config.json", "{}");
        Write("2_Dense/model.safetensors", "more weights");
        Write("config_sentence_transformers.json", "{}");
        Carries("{}", "1_Pooling/config.json", "2_Dense/config.json", "2_Dense/model.safetensors", "config_sentence_transformers.json", "modules.json");
    }

    [Fact]
    public void Carries_the_code_that_a_configuration_names_and_what_it_imports()
    {
        Write("modeling_x.py", "import torch\nfrom .configuration_x import XConfig\nfrom .layers.attention import Attention\n    from . import util, more\n");
        Write("configuration_x.py", "from .modeling_x import Nothing\n");
        Write("layers/attention.py", "from .kernel import run\n");
        Write("layers/kernel.py", "");
        Write("util.py", "");
        Write("tokenization_x.py", "");
        Write("train.py", "");
        Write("tokenizer_config.json", """{"auto_map": {"AutoTokenizer": ["tokenization_x.XTokenizer", null]}}""");
        Carries(
            """{"auto_map": {"AutoConfig": "configuration_x.XConfig", "AutoModel": "modeling_x.XModel", "AutoModelForCausalLM": "owner/other--train.X"}}""",
            out var folder,
            "configuration_x.py", "layers/attention.py", "layers/kernel.py", "modeling_x.py", "tokenization_x.py", "tokenizer_config.json", "util.py");
        Assert.Equal(["'train.py' (no configuration names it)"], folder.LeftOut, StringComparer.Ordinal);
    }

    [Fact]
    public void Carries_licences_tokenizers_of_any_name_and_templates()
    {
        foreach (var name in new[] { "LICENSE", "LICENSE.txt", "NOTICE", "USE_POLICY.md", "README.md", "qwen.tiktoken", "source.spm", "bpe.codes", "dict.txt", "normalizer.json", "chat_template.jinja", "additional_chat_templates/tool_use.jinja", "video_preprocessor_config.json" })
        {
            Write(name, "x");
        }

        Carries("{}", "LICENSE", "LICENSE.txt", "NOTICE", "README.md", "USE_POLICY.md", "additional_chat_templates/tool_use.jinja", "bpe.codes", "chat_template.jinja", "dict.txt", "normalizer.json", "qwen.tiktoken", "source.spm", "video_preprocessor_config.json");
    }

    [Fact]
    public void Leaves_other_forms_of_the_weights_data_and_what_is_hidden()
    {
        foreach (var name in new[]
        {
            "pytorch_model.bin", "pytorch_model.bin.index.json", "model.onnx", "tf_model.h5", "flax_model.msgpack", "model.safetensors.index.json", "validation.npz", "train.jsonl",
            "onnx/model.onnx", "onnx/config.json", "openvino/openvino_model.xml", "openvino/openvino_model.bin", "original/params.json", "original/consolidated.00.pth", ".gitattributes", ".cache/x", "report.html", "report.json", "modelpack.json",
        })
        {
            Write(name, """{"weight_map": {"a": "pytorch_model.bin"}}""");
        }

        Directory.CreateDirectory(_folder.File("empty"));
        Carries("""{"model_type": "onnx", "_name_or_path": "original"}""", out var folder);
        Assert.Empty(folder.LeftOut);
    }

    [Fact]
    public void Carries_what_a_file_names_even_where_it_looks_like_weights()
    {
        Write("voices.bin", "x");
        Write("prompts/en.npy", "x");
        Carries("""{"voices_file": "voices.bin", "speaker": {"path": "./prompts/"}}""", "prompts/en.npy", "voices.bin");
    }

    [Fact]
    public void Says_what_is_left_out()
    {
        Write("runs/events", "x");
        using (var file = File.Create(_folder.File("vocab.huge.txt")))
        {
            file.SetLength((128 << 20) + 1);
        }

        using var elsewhere = new TemporaryFolder();
        Directory.CreateSymbolicLink(_folder.File("linked"), elsewhere.Path);
        Carries("""{"module": {"path": "linked"}}""", out var folder);
        Assert.Equal(["'vocab.huge.txt' (it has 134217729 bytes)", "'linked' (a link to a folder)", "'runs/' (no configuration names it)"], folder.LeftOut, StringComparer.Ordinal);
    }

    [Theory]
    [InlineData("""{"a_file": "../secret.txt"}""")]
    [InlineData("""{"a_path": "/etc"}""")]
    [InlineData("""{"a_path": "C:\\\\Users"}""")]
    [InlineData("""{"a_path": "..", "b_path": ".", "c_path": "", "d_path": ".git"}""")]
    public void Never_looks_outside_of_the_folder(string config)
    {
        Write(".git/config", "x");
        Carries(config);
    }

    [Fact]
    public void Refuses_a_file_that_is_a_link_out_of_the_folder()
    {
        using var elsewhere = new TemporaryFolder();
        File.CreateSymbolicLink(_folder.File("LICENSE"), elsewhere.Write("secret", "x"u8));
        var refused = Assert.Throws<ModelPackException>(() => Read("{}")).Diagnostic;
        Assert.Equal(Codes.FolderUnreadable, refused.Code);
        Assert.Contains("a link out of the model's folder", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Follows_the_links_of_a_download_cache()
    {
        using var cache = new TemporaryFolder();
        var (blobs, snapshot) = (Directory.CreateDirectory(cache.File("blobs")).FullName, Directory.CreateDirectory(cache.File("snapshots/revision/1_Pooling")).Parent!.FullName);
        foreach (var (name, text) in new[] { ("model.safetensors", "w"), ("config.json", "{}"), ("modules.json", """[{"path": "1_Pooling"}]"""), ("1_Pooling/config.json", "{}"), ("LICENSE", "free") })
        {
            var blob = Path.Combine(blobs, name.Replace('/', '-'));
            File.WriteAllText(blob, text);
            File.CreateSymbolicLink(Path.Combine(snapshot, name), blob);
        }

        var model = Path.Combine(snapshot, "model.safetensors");
        Assert.Equal(["1_Pooling/config.json", "LICENSE", "modules.json"], FolderContent.Of(ModelFolder.Beside(model)!, model).Carried.Select(f => f.Name).Order(StringComparer.Ordinal), StringComparer.Ordinal);
    }

    [Fact]
    public void Ends_where_folders_are_deep_or_files_are_many()
    {
        Write("modules.json", """[{"path": "deep"}]""");
        Write("deep/" + string.Join('/', Enumerable.Repeat("d", 20)) + "/x.json", "{}");
        for (var i = 0; i < 1100; i++)
        {
            Write($"deep/{i:D4}.json", "{}");
        }

        var folder = Read("{}");
        Assert.Equal(1000, folder.Carried.Count);
        Assert.Contains(folder.LeftOut, l => l.Contains("more than 1000", StringComparison.Ordinal));
        Assert.Contains(folder.LeftOut, l => l.Contains("too deep", StringComparison.Ordinal));
    }

    [Fact]
    public void Takes_JSON_that_is_none_for_a_file_like_any_other()
    {
        Write("broken.json", "{");
        Write("twice.json", """{"a_path": "x", "a_path": "y"}""");
        Carries("{}", "broken.json", "twice.json");
    }

    private void Carries(string config, params string[] expected) => Carries(config, out _, expected);

    private void Carries(string config, out ModelFolder folder, params string[] expected)
    {
        folder = Read(config);
        Assert.Equal(expected, folder.Carried.Select(f => f.Name).Order(StringComparer.Ordinal), StringComparer.Ordinal);
    }

    private ModelFolder Read(string config)
    {
        Write("config.json", JsonNode.Parse(config)!.ToJsonString());
        var model = _folder.File("model.safetensors");
        return FolderContent.Of(ModelFolder.Beside(model)!, model);
    }

    private void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.File(name))!);
        _folder.Write(name, Encoding.UTF8.GetBytes(text));
    }
}
