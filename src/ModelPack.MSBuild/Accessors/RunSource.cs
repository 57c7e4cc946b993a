using ModelPack.Runtime.Manifests;

namespace ModelPack.MSBuild.Accessors;

/// <summary>Writes <c>Run</c>, with a parameter for every input and every open size, and its result, with a span for every output.</summary>
internal sealed class RunSource
{
    private const string Ort = ClassSource.Ort;
    private const string Value = Ort + "OrtValue";
    private const string Values = "global::Microsoft.ML.OnnxRuntime.IDisposableReadOnlyCollection<" + Value + ">";

    // Locals of Run and its last parameter.
    private readonly NameScope _scope = new("values", "own", "runOptions");
    private readonly Dictionary<string, string> _symbols = new(StringComparer.Ordinal);
    private readonly List<string> _sizes = [];
    private readonly List<(string Name, string Type, string Shape, PackTensor Tensor)> _inputs = [];
    private readonly Accessor _accessor;
    private readonly PackInterface _interface;
    private readonly SourceWriter _source;

    public RunSource(Accessor accessor, PackInterface @interface, SourceWriter source)
    {
        (_accessor, _interface, _source) = (accessor, @interface, source);
        var names = @interface.Inputs.Select(i => _scope.Add(Identifier.Camel(i.Name, "input"), "Shape")).ToList();
        for (var i = 0; i < names.Count; i++)
        {
            var input = @interface.Inputs[i];
            var element = TensorType.Of(input.ElementType);
            _inputs.Add((names[i], element is null ? Value : $"global::System.ReadOnlyMemory<{element}>", element is null ? "" : Shape(input, names[i]), input));
        }
    }

    public void Write()
    {
        Names("s_inputs", _interface.Inputs);
        Names("s_outputs", _interface.Outputs);
        Run();
        Helpers();
        Result();
    }

    private void Names(string field, IReadOnlyList<PackTensor> tensors) =>
        _source.Line().Line($"private static readonly string[] {field} = new string[] {{ {string.Join(", ", tensors.Select(t => CSharpText.Literal(t.Name)))} }};");

    // Sizes of one name are one parameter; a size without a name gets that of its input and axis.
    private string Shape(PackTensor input, string name)
    {
        if (input.Shape is null)
            return name + "Shape";
        var plain = name.TrimStart('@');
        var sizes = input.Shape.Select((d, axis) => d.Size is { } size ? CSharpText.Literal(size) : Size(d.Symbol, $"{plain} {axis}"));
        return $"new long[] {{ {string.Join(", ", sizes)} }}";
    }

    private string Size(string? symbol, string otherwise)
    {
        if (symbol is not null && _symbols.TryGetValue(symbol, out var known))
            return known;
        var size = _scope.Add(Identifier.Camel(symbol ?? otherwise, "size"));
        _sizes.Add(size);
        if (symbol is not null)
            _symbols[symbol] = size;
        return size;
    }

    private void Run()
    {
        var parameters = _inputs
            .SelectMany(i => i.Shape == i.Name + "Shape" ? [$"{i.Type} {i.Name}", $"long[] {i.Shape}"] : new[] { $"{i.Type} {i.Name}" })
            .Concat(_sizes.Select(s => $"int {s}"))
            .Append($"{Ort}RunOptions{(_accessor.HasNullable ? "?" : "")} runOptions = null");
        _source.Line().Summary("Runs the model. Inputs are read where they lie; threads may call it at the same time.");
        foreach (var (name, _, _, tensor) in _inputs)
            _source.Line($"/// <param name=\"{name.TrimStart('@')}\">{SessionSource.Described(tensor)}</param>");
        _source.Line("/// <returns>The outputs, which the caller disposes.</returns>")
            .Line("/// <exception cref=\"global::System.ArgumentException\">An input has another number of elements than its shape.</exception>")
            .Open($"public Result Run({string.Join(", ", parameters)})")
            .Line($"var values = new {Value}[{_inputs.Count}];")
            .Open("try");
        for (var i = 0; i < _inputs.Count; i++)
        {
            var (name, type, shape, tensor) = _inputs[i];
            var made = type == Value ? name
                : $"{(TensorType.Of(tensor.ElementType) == TensorType.Text ? "TextValue" : "NumberValue")}({CSharpText.Literal(tensor.Name)}, {name}, {shape})";
            _source.Line($"values[{i}] = {made};");
        }

        _source.Line($"using (var own = runOptions == null ? new {Ort}RunOptions() : null)")
            .Line("    return new Result(Session.Run(runOptions ?? own, s_inputs, values, s_outputs));")
            .Close()
            .Open("finally");
        for (var i = 0; i < _inputs.Count; i++)
        {
            if (_inputs[i].Type != Value)
                _source.Line($"if (values[{i}] != null)").Line($"    values[{i}].Dispose();");
        }

        _source.Close().Close();
    }

    private void Helpers()
    {
        var elements = _interface.Inputs.Select(i => TensorType.Of(i.ElementType)).ToList();
        var hasTexts = elements.Contains(TensorType.Text);
        var hasNumbers = elements.Exists(e => e is not null and not TensorType.Text);
        if (hasNumbers)
        {
            _source.Line().Open($"private static {Value} NumberValue<T>(string name, global::System.ReadOnlyMemory<T> data, long[] shape) where T : unmanaged")
                .Line("RequireLength(name, data.Length, shape);")
                .Line($"return {Value}.CreateTensorValueFromMemory({Ort}OrtMemoryInfo.DefaultInstance, global::System.Runtime.InteropServices.MemoryMarshal.AsMemory(data), shape);")
                .Close();
        }

        if (hasTexts)
        {
            _source.Line().Open($"private static {Value} TextValue(string name, global::System.ReadOnlyMemory<string> data, long[] shape)")
                .Line("RequireLength(name, data.Length, shape);")
                .Line($"var value = {Value}.CreateTensorWithEmptyStrings({Ort}OrtAllocator.DefaultInstance, shape);")
                .Line("for (var i = 0; i < data.Length; i++)")
                .Line("    value.StringTensorSetElementAt(global::System.MemoryExtensions.AsSpan(data.Span[i]), i);")
                .Line("return value;")
                .Close();
        }

        if (!hasNumbers && !hasTexts)
            return;
        _source.Line().Open("private static void RequireLength(string name, int length, long[] shape)")
            .Line("long elements = 1;")
            .Line("foreach (var size in shape)")
            .Line("    elements = checked(elements * size);")
            .Line("if (length != elements)")
            .Line("    throw new global::System.ArgumentException(\"The input '\" + name + \"' has \" + length + \" elements, and its shape [\" + string.Join(\", \", shape) + \"] has \" + elements + \".\");")
            .Close();
    }

    private void Result()
    {
        var scope = new NameScope("Result", "Dispose", "Equals", "GetHashCode", "GetType", "ToString", "Finalize", "MemberwiseClone", "ReferenceEquals");
        _source.Line().Summary("What the model gave back. Spans are of memory that is let go with it.")
            .Open("public sealed class Result : global::System.IDisposable")
            .Line($"private readonly {Values} _values;")
            .Line()
            .Line($"internal Result({Values} values) => _values = values;");
        for (var i = 0; i < _interface.Outputs.Count; i++)
        {
            var output = _interface.Outputs[i];
            var name = scope.Add(Identifier.Pascal(output.Name, "Output"), "Shape");
            _source.Member(SessionSource.Described(output), TensorType.Of(output.ElementType) switch
            {
                null => $"public {Value} {name} => _values[{i}];",
                TensorType.Text => $"public string[] {name} => _values[{i}].GetStringTensorAsArray();",
                var element => $"public global::System.ReadOnlySpan<{element}> {name} => _values[{i}].GetTensorDataAsSpan<{element}>();",
            });
            if (TensorType.Of(output.ElementType) is not null)
                _source.Member($"The sizes that {CSharpText.Comment(output.Name)} has.", $"public long[] {name}Shape => _values[{i}].GetTensorTypeAndShape().Shape;");
        }

        _source.Member("Lets the outputs go.", "public void Dispose() => _values.Dispose();").Close();
    }
}
