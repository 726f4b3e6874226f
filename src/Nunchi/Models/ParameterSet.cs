using System.Diagnostics.CodeAnalysis;
using Nunchi.Tensors;
using Nunchi.Tensors.Backends;

namespace Nunchi.Models;

/// <summary>All parameters of a model, in a fixed order, with a switch for each module. Owns their memory.</summary>
public sealed class ParameterSet : IDisposable
{
    private readonly ComputeBackend? _backend;
    private readonly List<Parameter> _all = [];
    private readonly Dictionary<string, Parameter> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (Parameter Parameter, ParameterView View)> _byView = new(StringComparer.Ordinal);

    /// <param name="backend">Where the parameters lie; null for shapes without memory.</param>
    internal ParameterSet(ComputeBackend? backend) => _backend = backend;

    /// <summary>The parameters in the order in which they were made: encoder, projector, newline, decoder.</summary>
    public IReadOnlyList<Parameter> All => _all;

    /// <summary>Names of checkpoint tensors (views) of all parameters.</summary>
    public IReadOnlyCollection<string> ViewNames => _byView.Keys;

    /// <summary>The parameter of that name.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public Parameter this[string name] => _byName.TryGetValue(name, out Parameter? parameter) ? parameter : throw new KeyNotFoundException($"The model has no parameter \"{name}\".");

    /// <summary>Finds the place of a checkpoint's tensor.</summary>
    public bool TryFindView(string name, [NotNullWhen(true)] out Parameter? parameter, [NotNullWhen(true)] out ParameterView? view)
    {
        bool found = _byView.TryGetValue(name, out var place);
        (parameter, view) = place;
        return found;
    }

    /// <summary>Numbers in all parameters of a module, or of the whole model.</summary>
    public long Count(ModelModule? module = null) => _all.Where(parameter => module == null || parameter.Module == module).Sum(parameter => parameter.Tensor.Count);

    /// <summary>Freezes or unfreezes a module. Frozen parameters record no backward.</summary>
    public void SetTrainable(ModelModule module, bool trainable)
    {
        foreach (Parameter parameter in _all)
        {
            if (parameter.Module == module)
                parameter.Trainable = trainable;
        }
    }

    /// <summary>Says that all gradients count as zero from now on.</summary>
    public void ForgetGradients()
    {
        foreach (Parameter parameter in _all)
            parameter.Tensor.ForgetGradient();
    }

    /// <summary>Frees all parameters and gradients.</summary>
    public void Dispose()
    {
        foreach (Parameter parameter in _all)
            parameter.Tensor.Dispose();
    }

    internal Tensor Matrix(string name, ModelModule module, int rows, int columns, ParameterStart start = ParameterStart.Normal, bool insideLayer = false, IReadOnlyList<long>? shape = null) =>
        Add(new Parameter(name, NewTensor(rows, columns), module, start, insideLayer, [new ParameterView(name, shape ?? [rows, columns], 0)]));

    internal Tensor Vector(string name, ModelModule module, int width, ParameterStart start, bool used = true) =>
        Add(new Parameter(name, NewTensor(1, width), module, start, false, [new ParameterView(name, [width], 0)]) { IsUsed = used });

    /// <summary>Matrices of one input below each other, so that one product serves them all.</summary>
    internal Tensor FusedMatrix(string name, ModelModule module, int columns, params ReadOnlySpan<(string Name, int Rows)> parts)
    {
        var views = new List<ParameterView>();
        int rows = 0;
        foreach (var part in parts)
        {
            views.Add(new ParameterView(part.Name, [part.Rows, columns], (long)rows * columns));
            rows += part.Rows;
        }
        return Add(new Parameter(name, NewTensor(rows, columns), module, ParameterStart.Normal, true, views));
    }

    internal Tensor FusedVector(string name, ModelModule module, params ReadOnlySpan<(string Name, int Width)> parts)
    {
        var views = new List<ParameterView>();
        int width = 0;
        foreach (var part in parts)
        {
            views.Add(new ParameterView(part.Name, [part.Width], width));
            width += part.Width;
        }
        return Add(new Parameter(name, NewTensor(1, width), module, ParameterStart.Zeros, false, views));
    }

    private Tensor NewTensor(int rows, int columns) => _backend == null ? Tensor.ShapeOnly(rows, columns) : new Tensor(_backend, rows, columns);

    private Tensor Add(Parameter parameter)
    {
        _byName.Add(parameter.Name, parameter);
        _all.Add(parameter);
        foreach (ParameterView view in parameter.Views)
            _byView.Add(view.Name, (parameter, view));
        return parameter.Tensor;
    }
}
